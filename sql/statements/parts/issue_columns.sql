i.version, i.id, i.rank, i.observed_at, i.received_at, i.last_at, i.due_at, i.warn_at,
    i.next_due_at, i.outside_due_at, i.parent, i.merged_into, i.holder_unit, i.handler, i.place,
    i.area_district, i.area_town, i.area_community, i.area_grid, i.latitude, i.longitude,
    i.standard, i.reporter, i.answered_by, i.entry_unit, i.lead_unit, i.release, i.state,
    i.holder_desk, i.tier, i.severity, i.cause, i.returns, i.renewals, i.redos, i.class_code,
    i.clocks
