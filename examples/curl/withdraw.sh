#!/bin/sh
# Publishes something by mistake and takes it back.
set -eu
hub=${TIDINGS_HUB:-http://127.0.0.1:8080}
id=$(curl -fsS "$hub/v1/notifications" -H 'Content-Type: application/json' \
  -d '{"to": ["everyone"], "title": "Sent by mistake"}' | sed 's/.*"id":"\([^"]*\)".*/\1/')
curl -fsS -X DELETE "$hub/v1/notifications/$id"
echo "withdrew $id"
