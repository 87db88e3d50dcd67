# Esteira no Windows, passo a passo, em um PowerShell de administrador:
#   powershell -ExecutionPolicy Bypass -File windows\instalar.ps1 [-Nome loja]
param([string]$Nome = "esteira")
$ErrorActionPreference = "Stop"
Set-Location (Split-Path -Parent $PSScriptRoot)

function Passo([string]$Texto, [scriptblock]$Fazer) {
    Write-Host "==> $Texto"
    & $Fazer
    if ($LASTEXITCODE -ne 0) { throw "Falhou: $Texto (codigo $LASTEXITCODE)" }
}

$quem = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $quem.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw "Abra o PowerShell como administrador."
}
if (-not (Test-Path .venv\Scripts\python.exe)) {
    Passo "Preparar .venv" { py -3 -m venv .venv }
}
Passo "Instalar a Esteira e o pywin32" { .venv\Scripts\python.exe -m pip install ".[windows]" }
if (-not (Test-Path esteira.toml) -and -not $env:ESTEIRA_CORE__REDIS_URL) {
    throw "Diga um Redis em esteira.toml ([core] redis_url = ...): Memurai, WSL ou outra maquina."
}
Passo "Criar o banco, ou traze-lo a esta versao" { .venv\Scripts\esteira.exe banco migrar }
Passo "Instalar o servico $Nome" { .venv\Scripts\esteira.exe servico instalar --nome $Nome }
Passo "Iniciar o servico $Nome" { .venv\Scripts\esteira.exe servico iniciar --nome $Nome }
.venv\Scripts\esteira.exe servico estado --nome $Nome
