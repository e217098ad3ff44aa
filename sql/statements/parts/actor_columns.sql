a.id, a.code, a.name, a.unit, a.area, a.roles, a.active, d.number AS device,
    d.state AS device_state, d.by_code, d.key AS device_key, d.code_expires_at
