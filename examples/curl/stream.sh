#!/bin/sh
# Follows everything from the beginning, as server-sent events, for two seconds.
set -eu
hub=${TIDINGS_HUB:-http://127.0.0.1:8080}
curl -sS --max-time 2 "$hub/v1/stream?after=earliest" || test $? -eq 28
