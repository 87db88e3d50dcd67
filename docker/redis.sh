#!/bin/sh
# Redis with the password of a file: on a command line or in a variable, `docker inspect` would tell it.
set -eu
umask 077
printf 'requirepass "%s"\n' "$(cat /run/secrets/esteira_core__redis_password)" >/tmp/redis.conf
exec redis-server /tmp/redis.conf --dir /data --appendonly yes --appendfsync everysec --save '' \
  --maxmemory "${REDIS_MEMORIA:-384mb}" --maxmemory-policy noeviction
