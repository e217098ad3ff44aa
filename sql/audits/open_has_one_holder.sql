-- Every open issue has exactly one holder, a unit and a desk; an ended one has none, and nothing is to happen to it.
SELECT i.district_id, i.id, i.state, i.holder_unit, i.holder_desk, i.next_due_at
  FROM huying.issue i
 WHERE CASE WHEN i.state < 12 THEN i.holder_unit IS NULL OR i.holder_desk IS NULL
            ELSE i.holder_unit IS NOT NULL OR i.holder_desk IS NOT NULL OR i.next_due_at IS NOT NULL
                 OR i.due_at IS NOT NULL END;
