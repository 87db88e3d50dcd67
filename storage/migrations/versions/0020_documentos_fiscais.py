"""documentos fiscais: textos, conteúdo, eventos, números inutilizados e o registro das importações."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.types import Exact, Instant

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SHORT = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
MONEY, AMOUNT, PRICE = Exact(15, 2), Exact(15, 4), Exact(21, 10)
TABLES = (
    "nfe import_log documento_ligacao documento_item documento_evento cte cfe inutilizacao importacao documento empresa "
    "xml_guardado"
).split()


def _money(names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, MONEY) for name in names.split()]


def _owned() -> list[sa.Column[Any]]:
    number = sa.Column("id", LONG, autoincrement=True, nullable=False)
    dono = sa.Column("dono", sa.String(41), nullable=False)
    return [number, dono, sa.Column("usuario_id", LONG), sa.Column("empresa_id", LONG)]


def upgrade() -> None:
    _xml_guardado()
    _empresa()
    _documento()
    _importacao()
    _inutilizacao()
    _cfe()
    _cte()
    _documento_evento()
    _documento_item()
    _documento_ligacao()
    _import_log()
    _nfe()


def _xml_guardado() -> None:
    op.create_table(
        "xml_guardado",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("tamanho", sa.Integer(), nullable=False),
        sa.Column("conteudo", sa.LargeBinary(), nullable=False),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_xml_guardado"),
        sa.UniqueConstraint("sha256", name="uq_xml_guardado_sha256"),
    )


def _empresa() -> None:
    op.create_table(
        "empresa",
        sa.Column("usuario_id", LONG),
        sa.Column("dono", sa.String(41), nullable=False),
        sa.Column("cnpj", sa.String(14), nullable=False),
        sa.Column("nome", sa.String(200), nullable=False),
        sa.Column("ativa", sa.Boolean(), nullable=False),
        sa.Column("criada_em", Instant(timezone=True), nullable=False),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["usuario_id"], ["usuario.id"], name="fk_empresa_usuario_id_usuario"),
        sa.PrimaryKeyConstraint("id", name="pk_empresa"),
        sa.UniqueConstraint("dono", "cnpj", name="uq_empresa_dono_cnpj"),
    )
    op.create_index("ix_empresa_cnpj", "empresa", ["cnpj"])


def _documento() -> None:
    op.create_table(
        "documento",
        sa.Column("especie", sa.String(20), nullable=False),
        sa.Column("chave", sa.String(50), nullable=False),
        sa.Column("modelo", sa.String(4), nullable=False),
        sa.Column("serie", LONG),
        sa.Column("numero", LONG),
        sa.Column("data_emissao", Instant(timezone=True)),
        sa.Column("offset_minutos", SHORT),
        sa.Column("mes", sa.String(7)),
        sa.Column("ambiente", SHORT),
        sa.Column("emit_cnpj", sa.String(14)),
        sa.Column("emit_nome", sa.String(200)),
        sa.Column("emit_uf", sa.String(2)),
        sa.Column("dest_cnpj_cpf", sa.String(20)),
        sa.Column("dest_nome", sa.String(200)),
        sa.Column("valor_total", MONEY),
        sa.Column("papel", sa.String(14)),
        sa.Column("papeis", sa.String(100), nullable=False),
        sa.Column("situacao", sa.String(14), nullable=False),
        sa.Column("status", sa.String(4)),
        sa.Column("motivo", sa.String(300)),
        sa.Column("protocolo", sa.String(17)),
        sa.Column("recebido_em", Instant(timezone=True)),
        sa.Column("completo", sa.Boolean(), nullable=False),
        sa.Column("comprovado", sa.Boolean(), nullable=False),
        sa.Column("correcao", sa.Text()),
        sa.Column("correcao_sequencia", sa.Integer()),
        sa.Column("avisos", sa.Text()),
        sa.Column("busca", sa.Text(), nullable=False),
        sa.Column("xml_id", LONG),
        sa.Column("arquivo_nome", sa.Text()),
        sa.Column("data_importacao", Instant(timezone=True), nullable=False),
        sa.Column("atualizado_em", Instant(timezone=True), nullable=False),
        sa.Column(
            "data_lista",
            Instant(timezone=True),
            sa.Computed("coalesce(data_emissao, recebido_em, data_importacao)", persisted=True),
            nullable=False,
        ),
        *_owned(),
        sa.ForeignKeyConstraint(["empresa_id"], ["empresa.id"], name="fk_documento_empresa_id_empresa"),
        sa.ForeignKeyConstraint(["usuario_id"], ["usuario.id"], name="fk_documento_usuario_id_usuario"),
        sa.ForeignKeyConstraint(["xml_id"], ["xml_guardado.id"], name="fk_documento_xml_id_xml_guardado"),
        sa.PrimaryKeyConstraint("id", name="pk_documento"),
        sa.UniqueConstraint("dono", "chave", name="uq_documento_dono_chave"),
    )
    op.create_index("ix_documento_chave", "documento", ["chave"])
    op.create_index("ix_documento_importacao", "documento", ["data_importacao"])
    op.create_index("ix_documento_mes", "documento", ["empresa_id", "mes", "id"])
    op.create_index("ix_documento_numeracao", "documento", ["emit_cnpj", "modelo", "serie", "numero"])


def _importacao() -> None:
    op.create_table(
        "importacao",
        sa.Column("caminho", sa.Text(), nullable=False),
        sa.Column("criada_em", Instant(timezone=True), nullable=False),
        sa.Column("lida_em", Instant(timezone=True)),
        sa.Column("concluida_em", Instant(timezone=True)),
        *_owned(),
        sa.Column("due_at", Instant(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(120)),
        sa.ForeignKeyConstraint(["empresa_id"], ["empresa.id"], name="fk_importacao_empresa_id_empresa"),
        sa.ForeignKeyConstraint(["usuario_id"], ["usuario.id"], name="fk_importacao_usuario_id_usuario"),
        sa.PrimaryKeyConstraint("id", name="pk_importacao"),
    )
    op.create_index(
        "ix_importacao_devida",
        "importacao",
        ["due_at", "id"],
        sqlite_where=sa.text("concluida_em IS NULL"),
        postgresql_where=sa.text("concluida_em IS NULL"),
    )


def _inutilizacao() -> None:
    op.create_table(
        "inutilizacao",
        sa.Column("emit_cnpj", sa.String(14), nullable=False),
        sa.Column("uf", sa.String(2), nullable=False),
        sa.Column("ano", sa.Integer(), nullable=False),
        sa.Column("modelo", sa.String(2), nullable=False),
        sa.Column("serie", sa.Integer(), nullable=False),
        sa.Column("inicio", sa.Integer(), nullable=False),
        sa.Column("fim", sa.Integer(), nullable=False),
        sa.Column("ambiente", SHORT),
        sa.Column("justificativa", sa.String(300)),
        sa.Column("protocolo", sa.String(17)),
        sa.Column("status", sa.String(4)),
        sa.Column("recebido_em", Instant(timezone=True)),
        sa.Column("homologada", sa.Boolean(), nullable=False),
        sa.Column("xml_id", LONG),
        sa.Column("data_importacao", Instant(timezone=True), nullable=False),
        *_owned(),
        sa.ForeignKeyConstraint(["empresa_id"], ["empresa.id"], name="fk_inutilizacao_empresa_id_empresa"),
        sa.ForeignKeyConstraint(["usuario_id"], ["usuario.id"], name="fk_inutilizacao_usuario_id_usuario"),
        sa.ForeignKeyConstraint(["xml_id"], ["xml_guardado.id"], name="fk_inutilizacao_xml_id_xml_guardado"),
        sa.PrimaryKeyConstraint("id", name="pk_inutilizacao"),
        sa.UniqueConstraint(
            "dono",
            "emit_cnpj",
            "ano",
            "modelo",
            "serie",
            "inicio",
            "fim",
            name="uq_inutilizacao_dono_emit_cnpj_ano_modelo_serie_inicio_fim",
        ),
    )
    op.create_index("ix_inutilizacao_faixa", "inutilizacao", ["emit_cnpj", "modelo", "serie", "inicio"])


def _cfe() -> None:
    op.create_table(
        "cfe",
        sa.Column("id", LONG, nullable=False),
        sa.Column("numero_serie_sat", sa.String(9)),
        sa.Column("emit_fantasia", sa.String(200)),
        sa.Column("emit_ie", sa.String(20)),
        *_money("valor_produtos valor_icms valor_pis valor_cofins valor_tributos"),
        sa.Column("cancelada", sa.String(44)),
        sa.ForeignKeyConstraint(["id"], ["documento.id"], name="fk_cfe_id_documento", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_cfe"),
    )


def _cte() -> None:
    op.create_table(
        "cte",
        sa.Column("id", LONG, nullable=False),
        sa.Column("modal", sa.String(2)),
        sa.Column("tipo_cte", SHORT),
        sa.Column("tipo_servico", sa.String(2)),
        sa.Column("cfop", sa.String(4)),
        sa.Column("natureza_operacao", sa.String(120)),
        sa.Column("municipio_inicio", sa.String(100)),
        sa.Column("uf_inicio", sa.String(2)),
        sa.Column("municipio_fim", sa.String(100)),
        sa.Column("uf_fim", sa.String(2)),
        sa.Column("emit_fantasia", sa.String(200)),
        sa.Column("emit_ie", sa.String(20)),
        sa.Column("emit_endereco", sa.String(300)),
        sa.Column("emit_municipio", sa.String(100)),
        sa.Column("rem_cnpj_cpf", sa.String(20)),
        sa.Column("rem_nome", sa.String(200)),
        sa.Column("rem_ie", sa.String(20)),
        sa.Column("rem_municipio", sa.String(100)),
        sa.Column("rem_uf", sa.String(2)),
        sa.Column("dest_ie", sa.String(20)),
        sa.Column("dest_municipio", sa.String(100)),
        sa.Column("dest_uf", sa.String(2)),
        sa.Column("exped_cnpj_cpf", sa.String(20)),
        sa.Column("exped_nome", sa.String(200)),
        sa.Column("receb_cnpj_cpf", sa.String(20)),
        sa.Column("receb_nome", sa.String(200)),
        sa.Column("tomador_cnpj_cpf", sa.String(20)),
        sa.Column("tomador_nome", sa.String(200)),
        *_money("valor_receber valor_carga valor_icms valor_ibs valor_cbs valor_com_tributos"),
        sa.ForeignKeyConstraint(["id"], ["documento.id"], name="fk_cte_id_documento", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_cte"),
    )


def _documento_evento() -> None:
    op.create_table(
        "documento_evento",
        sa.Column("documento_id", LONG),
        sa.Column("chave", sa.String(50), nullable=False),
        sa.Column("tipo_evento", sa.String(6), nullable=False),
        sa.Column("sequencia", sa.Integer(), nullable=False),
        sa.Column("descricao", sa.String(120)),
        sa.Column("orgao", sa.String(2)),
        sa.Column("ambiente", SHORT),
        sa.Column("autor", sa.String(14)),
        sa.Column("data_evento", Instant(timezone=True)),
        sa.Column("protocolo", sa.String(17)),
        sa.Column("status", sa.String(4)),
        sa.Column("motivo", sa.String(300)),
        sa.Column("recebido_em", Instant(timezone=True)),
        sa.Column("correcao", sa.Text()),
        sa.Column("justificativa", sa.String(300)),
        sa.Column("alvo", sa.String(54)),
        sa.Column("registrado", sa.Boolean(), nullable=False),
        sa.Column("completo", sa.Boolean(), nullable=False),
        sa.Column("aplicado", sa.Boolean(), nullable=False),
        sa.Column("xml_id", LONG),
        sa.Column("arquivo_nome", sa.Text()),
        sa.Column("data_importacao", Instant(timezone=True), nullable=False),
        *_owned(),
        sa.ForeignKeyConstraint(
            ["documento_id"], ["documento.id"], name="fk_documento_evento_documento_id_documento", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["empresa_id"], ["empresa.id"], name="fk_documento_evento_empresa_id_empresa"),
        sa.ForeignKeyConstraint(["usuario_id"], ["usuario.id"], name="fk_documento_evento_usuario_id_usuario"),
        sa.ForeignKeyConstraint(["xml_id"], ["xml_guardado.id"], name="fk_documento_evento_xml_id_xml_guardado"),
        sa.PrimaryKeyConstraint("id", name="pk_documento_evento"),
        sa.UniqueConstraint(
            "dono", "chave", "tipo_evento", "sequencia", name="uq_documento_evento_dono_chave_tipo_evento_sequencia"
        ),
    )
    op.create_index("ix_documento_evento_chave", "documento_evento", ["chave"])
    op.create_index("ix_documento_evento_documento", "documento_evento", ["documento_id"])


def _documento_item() -> None:
    op.create_table(
        "documento_item",
        sa.Column("documento_id", LONG, nullable=False),
        sa.Column("numero_item", sa.Integer(), nullable=False),
        sa.Column("codigo_produto", sa.String(120)),
        sa.Column("descricao", sa.String(300)),
        sa.Column("ncm", sa.String(8)),
        sa.Column("cfop", sa.String(4)),
        sa.Column("cest", sa.String(7)),
        sa.Column("ean", sa.String(14)),
        sa.Column("unidade", sa.String(20)),
        sa.Column("quantidade", AMOUNT),
        sa.Column("valor_unitario", PRICE),
        *_money("valor_total valor_icms valor_ipi valor_pis valor_cofins"),
        sa.Column("cst_ibscbs", sa.String(3)),
        sa.Column("classificacao", sa.String(6)),
        *_money("valor_ibs valor_cbs valor_is valor_monofasia valor_item"),
        sa.Column("id", LONG, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["documento_id"], ["documento.id"], name="fk_documento_item_documento_id_documento", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_documento_item"),
        sa.UniqueConstraint("documento_id", "numero_item", name="uq_documento_item_documento_id_numero_item"),
    )


def _documento_ligacao() -> None:
    op.create_table(
        "documento_ligacao",
        sa.Column("documento_id", LONG, nullable=False),
        sa.Column("laco", sa.String(14), nullable=False),
        sa.Column("chave", sa.String(44), nullable=False),
        sa.ForeignKeyConstraint(
            ["documento_id"], ["documento.id"], name="fk_documento_ligacao_documento_id_documento", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("documento_id", "laco", "chave", name="pk_documento_ligacao"),
    )
    op.create_index("ix_documento_ligacao_chave", "documento_ligacao", ["chave"])


def _import_log() -> None:
    op.create_table(
        "import_log",
        sa.Column("importacao_id", LONG),
        sa.Column("arquivo_nome", sa.Text(), nullable=False),
        sa.Column("caminho_codificado", sa.Boolean(), nullable=False),
        sa.Column("parte", sa.Integer(), nullable=False),
        sa.Column("data_importacao", Instant(timezone=True), nullable=False),
        sa.Column("tipo_documento", sa.String(10), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("motivo", sa.String(40)),
        sa.Column("mensagem", sa.String(500)),
        sa.Column("chave_acesso", sa.String(50)),
        sa.Column("documento_id", LONG),
        *_owned(),
        sa.Column("due_at", Instant(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(120)),
        sa.ForeignKeyConstraint(["empresa_id"], ["empresa.id"], name="fk_import_log_empresa_id_empresa"),
        sa.ForeignKeyConstraint(
            ["importacao_id"], ["importacao.id"], name="fk_import_log_importacao_id_importacao", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["usuario_id"], ["usuario.id"], name="fk_import_log_usuario_id_usuario"),
        sa.PrimaryKeyConstraint("id", name="pk_import_log"),
        sa.UniqueConstraint(
            "importacao_id", "arquivo_nome", "caminho_codificado", "parte", name="uq_import_log_arquivo"
        ),
    )
    op.create_index("ix_import_log_data", "import_log", ["status", "data_importacao"])
    op.create_index(
        "ix_import_log_devido",
        "import_log",
        ["importacao_id", "due_at", "id"],
        sqlite_where=sa.text("status = 'processando'"),
        postgresql_where=sa.text("status = 'processando'"),
    )
    op.create_index("ix_import_log_dono", "import_log", ["usuario_id", "data_importacao", "id"])
    op.create_index(
        "ix_import_log_lease",
        "import_log",
        ["lease_token"],
        sqlite_where=sa.text("lease_token IS NOT NULL"),
        postgresql_where=sa.text("lease_token IS NOT NULL"),
    )


def _nfe() -> None:
    op.create_table(
        "nfe",
        sa.Column("id", LONG, nullable=False),
        sa.Column("natureza", sa.String(120)),
        sa.Column("tipo", SHORT),
        sa.Column("finalidade", SHORT),
        sa.Column("emit_fantasia", sa.String(200)),
        sa.Column("emit_ie", sa.String(20)),
        sa.Column("emit_endereco", sa.String(300)),
        sa.Column("emit_municipio", sa.String(100)),
        sa.Column("emit_cep", sa.String(8)),
        sa.Column("dest_ie", sa.String(20)),
        sa.Column("dest_endereco", sa.String(300)),
        sa.Column("dest_municipio", sa.String(100)),
        sa.Column("dest_uf", sa.String(2)),
        sa.Column("dest_cep", sa.String(8)),
        sa.Column("transportador_cnpj_cpf", sa.String(20)),
        sa.Column("transportador_nome", sa.String(200)),
        sa.Column("autorizados", sa.Text(), nullable=False),
        *_money(
            "valor_produtos valor_icms valor_ipi valor_pis valor_cofins valor_tributos valor_ibs valor_cbs valor_is valor_monofasia valor_com_tributos"
        ),
        sa.ForeignKeyConstraint(["id"], ["documento.id"], name="fk_nfe_id_documento", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_nfe"),
    )


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
