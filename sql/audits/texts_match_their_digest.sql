-- Where a decision's words are still there, their digest is too: 16 bytes. (Erased words leave theirs behind.)
SELECT district_id, issue_id, version
  FROM huying.journal
 WHERE (text IS NOT NULL AND text_digest IS NULL) OR octet_length(text_digest) <> 16;
