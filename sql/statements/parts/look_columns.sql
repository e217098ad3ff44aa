@issue_columns@, coalesce(left(j.text, 121), ''), coalesce(h.code, ''), coalesce(h.name, ''), coalesce(r.code, '')
