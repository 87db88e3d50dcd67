#!/bin/sh
# Brings the stack to the code of this folder. Nothing that runs is touched before the new image has migrated the database:
# when that fails, the old containers go on. The image before stays as esteira:anterior.
set -eu
cd "$(dirname "$0")"
if [ ! -e .env ]; then
  echo "Falta docker/.env: rode antes sh preparar.sh, nesta pasta." >&2
  exit 1
fi
image="esteira:$(sed -n 's/^VERSAO=//p' .env)"
[ "$image" != "esteira:" ] || image=esteira:local
if docker image inspect "$image" >/dev/null 2>&1; then docker tag "$image" esteira:anterior; fi
docker compose build migrar
docker compose run --rm --no-deps migrar
docker compose up --detach --remove-orphans --wait
