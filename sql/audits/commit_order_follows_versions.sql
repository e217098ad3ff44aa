-- In the order of transactions an issue's versions never go down: the feed tells them in this order.
SELECT district_id, issue_id, version
  FROM (SELECT district_id, issue_id, version, tx,
               lag(tx) OVER (PARTITION BY district_id, issue_id ORDER BY version) AS tx_before,
               at, lag(at) OVER (PARTITION BY district_id, issue_id ORDER BY version) AS at_before
          FROM huying.journal) j
 WHERE tx < tx_before OR at < at_before;
