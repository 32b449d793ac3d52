-- What the service may ask for and only the owner of the tables can do. Each does one thing, and looks whether it may.

CREATE FUNCTION "refreshPlaceKeys"() RETURNS VOID LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  REFRESH MATERIALIZED VIEW "PlaceKey";
END
$$;

-- The moments of an anonymous report that is over, to the day (src/store/untying.ts). The trigger refuses everything else.
CREATE FUNCTION "coarsenEvents"(ticket UUID, zone TEXT) RETURNS VOID LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE "TicketEvent" SET "at" = date_trunc('day', "at" AT TIME ZONE zone) AT TIME ZONE zone, "data" = (
    SELECT coalesce(jsonb_object_agg("key", CASE WHEN "key" LIKE '%DueAt' AND jsonb_typeof("value") = 'number'
      THEN to_jsonb(floor(("value" #>> '{}')::numeric / 86400000) * 86400000) ELSE "value" END), '{}'::jsonb) FROM jsonb_each("data"))
  WHERE "ticketId" = ticket AND EXISTS (SELECT 1 FROM "Ticket" WHERE "id" = ticket AND "anonymous" AND "status" IN ('closed', 'withdrawn'));
END
$$;
