#!/bin/sh
# Publishes one notification, then the same again: the ref makes the retry harmless.
set -eu
hub=${TIDINGS_HUB:-http://127.0.0.1:8080}
ref=order-$$-$(date +%s)
for _ in 1 2; do
  curl -fsS "$hub/v1/notifications" -H 'Content-Type: application/json' -d "{
    \"to\": [\"topic:shop.orders.placed\"], \"type\": \"order.placed\", \"source\": \"shop\",
    \"level\": \"success\", \"title\": \"Order 1001 was placed\", \"ref\": \"$ref\"}"
  echo
done
