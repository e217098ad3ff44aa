-- $1 district_id, $2 number, $3 effective, $4 author, $5 what, $6 … $12 editions, $13 instant
INSERT INTO release (district_id, number, effective_at, author, what,
                     places, units, standards, routes, ladders, policies, calendars, published_at)
VALUES ($1::int, $2::int, $3::timestamptz, $4, $5,
        $6::int, $7::int, $8::int, $9::int, $10::int, $11::int, $12::int, $13::timestamptz)
