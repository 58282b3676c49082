#!/bin/sh
# Publishes an array, all or nothing, and then a stream of lines, each on its own.
set -eu
hub=${TIDINGS_HUB:-http://127.0.0.1:8080}
curl -fsS "$hub/v1/notifications" -H 'Content-Type: application/json' -d '[
  {"to": ["everyone"], "title": "The shop closes at 18:00"},
  {"to": ["topic:shop.stock"], "title": "Only 3 left of 4711", "level": "warning"}]'
echo
printf '%s\n' '{"to": ["topic:ci.main"], "title": "Build 7 started"}' \
  '{"to": ["topic:ci.main"], "title": "Build 7 passed", "level": "success"}' |
  curl -fsS "$hub/v1/notifications" -H 'Content-Type: application/x-ndjson' --data-binary @-
