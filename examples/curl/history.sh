#!/bin/sh
# Looks back: the newest notifications about the shop, at level warning or above.
set -eu
hub=${TIDINGS_HUB:-http://127.0.0.1:8080}
curl -fsS -G "$hub/v1/notifications" --data-urlencode 'to=topic:shop.#' -d level=warning -d limit=10
echo
