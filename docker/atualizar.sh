#!/bin/sh
# Brings the stack to the code of this folder. Nothing that runs is touched before the new image has migrated the database:
# when that fails, the old containers go on, and their image keeps its name. The image before stays as esteira:anterior.
set -eu
cd "$(dirname "$0")"
if [ ! -e .env ]; then
  echo "Falta docker/.env: rode antes sh preparar.sh, nesta pasta." >&2
  exit 1
fi
image="esteira:$(sed -n 's/^VERSAO=//p' .env)"
[ "$image" != "esteira:" ] || image=esteira:local
# Built under that name, the new image would migrate, and the one before would be what comes up.
if [ "$image" = esteira:anterior ]; then
  echo "VERSAO=anterior em docker/.env é a volta atrás: ponha VERSAO=local antes de atualizar." >&2
  exit 1
fi

id() { docker image inspect --format '{{.Id}}' "$image" 2>/dev/null || true; }
before="$(id)"
undo() {
  [ -z "$before" ] || docker tag "$before" "$image"
  echo "Nada mudou: o que rodava continua, com a imagem de antes." >&2
}
trap undo EXIT
trap 'exit 130' INT TERM
docker compose build migrar
docker compose run --rm --no-deps migrar
trap - EXIT INT TERM

[ -z "$before" ] || [ "$before" = "$(id)" ] || docker tag "$before" esteira:anterior
docker compose up --detach --remove-orphans --wait
