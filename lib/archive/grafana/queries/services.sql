-- Service
--
-- The services of the kept traces, and * for all of them. A service that appears in late spans only is not among them.
SELECT service
FROM (
  SELECT '*' AS service
  UNION
  SELECT s.service FROM traces CROSS JOIN UNNEST(services) AS s (service) WHERE :traces_window
) AS all_services
ORDER BY service
