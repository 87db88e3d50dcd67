#!/bin/sh
# Brings the stack to the code of this folder. Nothing that runs is touched before the new image has migrated the database:
# when that fails, the old containers go on. The image before stays as esteira:anterior.
set -eu
cd "$(dirname "$0")"
image="esteira:$(sed -n 's/^VERSAO=//p' .env 2>/dev/null)"
[ "$image" != "esteira:" ] || image=esteira:local
if docker image inspect "$image" >/dev/null 2>&1; then docker tag "$image" esteira:anterior; fi
docker compose build migrar
docker compose run --rm --no-deps migrar
docker compose up --detach --remove-orphans --wait
