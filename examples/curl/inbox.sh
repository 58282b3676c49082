#!/bin/sh
# Follows a topic, and reads all that has come since, as the user that one is.
set -eu
hub=${TIDINGS_HUB:-http://127.0.0.1:8080}
json='Content-Type: application/json'
curl -fsS -X PUT "$hub/v1/preferences" -H "$json" -d '{"follows": [{"topic": "bell.#"}]}'
echo
curl -fsS "$hub/v1/notifications" -H "$json" -d '{"to": ["topic:bell.rings"], "title": "Ding"}'
echo
summary=$(curl -fsS "$hub/v1/inbox/summary")
echo "$summary"
curl -fsS "$hub/v1/inbox?state=unread&limit=10"
echo
cursor=$(echo "$summary" | sed 's/.*"cursor":"\([^"]*\)".*/\1/')
curl -fsS -X POST "$hub/v1/inbox/read" -H "$json" -d "{\"upTo\": \"$cursor\"}"
echo
