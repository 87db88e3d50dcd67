#!/bin/sh
# Makes what `docker compose up` needs, once: .env (mode 600) and a file for each secret, in a folder that only you enter.
# What exists is left alone, so it may run again.
#
#   sh preparar.sh                          on this machine alone: https://localhost
#   sh preparar.sh esteira.exemplo.com.br ana@exemplo.com.br    for everybody, with a certificate of Let's Encrypt
#   sh preparar.sh esteira.exemplo.com.br "/tls/certificado.pem /tls/chave.pem"    for everybody, with files of your own
set -eu
cd "$(dirname "$0")"
umask 077

older() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" != "$2" ]; }

compose="$(docker compose version --short 2>/dev/null | sed 's/^v//')" || compose=
if [ -z "$compose" ] || older "$compose" 2.24; then
  echo "É preciso o Docker Compose 2.24 ou mais novo (há: ${compose:-nenhum}). O docker-compose 1.x não lê estes arquivos." >&2
  exit 1
fi

mkdir -p segredos
chmod 700 segredos

# Readable inside the containers, whose users are others; outside, the folder keeps everybody else out.
secret() {
  [ -s "segredos/$1" ] || { cat >"segredos/$1" && chmod 444 "segredos/$1"; }
}
value() { sed -n "s/^$1=//p" .env; }
# What sed would read as more than text.
as_is() { printf '%s' "$1" | sed 's/[\\&|]/\\&/g'; }
random() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n'; }

printf '["%s"]' "$(random)" | secret esteira_core__keys
for name in esteira_core__database_password esteira_core__redis_password esteira_flower__password mongo_senha; do
  random | tr -d '=' | secret "$name"
done

if [ ! -s .env ]; then
  domain="$(as_is "${1:-localhost}")" tls="$(as_is "${2:-internal}")"
  sed -e "s|^DOMINIO=.*|DOMINIO=$domain|" -e "s|^NTFY_DOMINIO=.*|NTFY_DOMINIO=ntfy.$domain|" \
    -e "s|^TLS=.*|TLS=$tls|" -e "s|^ENDERECO=.*|ENDERECO=$([ $# -gt 0 ] && echo 0.0.0.0 || echo 127.0.0.1)|" \
    exemplo.env >.env.parte
  mv .env.parte .env
fi
chmod 600 .env
# What a service needs beside these, such as the token of an account, is a file in the folder of its name; a worker has
# the folders of all that its queues are for.
for name in $(sed -n 's|^ *- \./segredos/\([a-z-]*\):.*|\1|p' compose.yaml compose.por-fila.yaml | sort -u); do
  mkdir -p "segredos/$name" && chmod 755 "segredos/$name"
done
if [ $# -gt 0 ] && [ "$1 ${2:-$(value TLS)}" != "$(value DOMINIO) $(value TLS)" ]; then
  echo "Atenção: docker/.env já existia e ficou como estava (DOMINIO=$(value DOMINIO), TLS=$(value TLS)). Para trocar, edite DOMINIO, NTFY_DOMINIO, ENDERECO e TLS nele." >&2
fi
echo "Pronto: docker/.env e docker/segredos. Guarde uma cópia de segredos/esteira_core__keys: sem ela não se lê o que está cifrado no banco."
