"""primeiras tabelas."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerta",
        sa.Column("fonte", sa.String(length=20), nullable=False),
        sa.Column("objeto", sa.String(length=100), nullable=False),
        sa.Column("codigo", sa.String(length=100), nullable=False),
        sa.Column("severidade", sa.String(length=20), nullable=False),
        sa.Column("mensagem", sa.Text(), nullable=False),
        sa.Column("aberto_em", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("visto_em", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("resolvido_em", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conta", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerta")),
    )
    with op.batch_alter_table("alerta", schema=None) as batch_op:
        batch_op.create_index(
            "uq_alerta_aberto",
            ["conta", "fonte", "objeto", "codigo"],
            unique=True,
            postgresql_where=sa.text("resolvido_em IS NULL"),
            sqlite_where=sa.text("resolvido_em IS NULL"),
        )

    op.create_table(
        "balde",
        sa.Column("conta", sa.String(length=100), nullable=False),
        sa.Column("nome", sa.String(length=300), nullable=False),
        sa.Column("tokens", sa.Double(), nullable=False),
        sa.Column("updated_at", storage.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("conta", "nome", name=op.f("pk_balde")),
    )
    op.create_table(
        "caixa",
        sa.Column("nome", sa.String(length=100), nullable=False),
        sa.Column("sessao", sa.Integer(), nullable=False),
        sa.Column("ativo", sa.Boolean(), nullable=False),
        sa.Column("parada", sa.Boolean(), nullable=False),
        sa.Column("impressao", sa.String(length=64), nullable=True),
        sa.Column("verificada_em", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("resultado", sa.String(length=20), nullable=True),
        sa.Column("erro", sa.String(length=500), nullable=True),
        sa.Column("resposta", sa.Text(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conta", sa.String(length=100), nullable=False),
        sa.Column("due_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caixa")),
        sa.UniqueConstraint("conta", "nome", name=op.f("uq_caixa_conta_nome")),
    )
    op.create_table(
        "usuario",
        sa.Column("username", sa.String(length=150), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("first_name", sa.String(length=150), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("ativo", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usuario")),
        sa.UniqueConstraint("username", name=op.f("uq_usuario_username")),
    )
    op.create_table(
        "destino",
        sa.Column("tipo", sa.String(length=20), nullable=False),
        sa.Column("nome", sa.String(length=200), nullable=False),
        sa.Column("usuario_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("topico", sa.String(length=64), nullable=True),
        sa.Column("secret_key", storage.types.Encrypted(), nullable=True),
        sa.Column("headers_customizados", storage.types.Encrypted(), nullable=True),
        sa.Column("timeout", sa.Double(), nullable=False),
        sa.Column("retry_count", sa.Integer(), nullable=False),
        sa.Column("ativo", sa.Boolean(), nullable=False),
        sa.Column("desligado_em", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("desligado_motivo", sa.String(length=500), nullable=True),
        sa.Column("lento", sa.Boolean(), nullable=False),
        sa.Column("servido_em", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("data_criacao", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("data_atualizacao", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("ultima_execucao", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("total_execucoes", sa.Integer(), nullable=False),
        sa.Column("total_erros", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("due_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["usuario_id"], ["usuario.id"], name=op.f("fk_destino_usuario_id_usuario"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destino")),
    )
    with op.batch_alter_table("destino", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_destino_usuario_id"), ["usuario_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("message_id", sa.String(length=40), nullable=False),
        sa.Column("nome", sa.String(length=50), nullable=False),
        sa.Column("usuario_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("occurred_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("corpo", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["usuario_id"], ["usuario.id"], name=op.f("fk_event_usuario_id_usuario"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("message_id", name=op.f("uq_event_message_id")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_usuario_id"), ["usuario_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("destino_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("estado", sa.String(length=12), nullable=False),
        sa.Column("tentativas", sa.Integer(), nullable=False),
        sa.Column("created_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("finished_at", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("due_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("lease_token", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["destino_id"], ["destino.id"], name=op.f("fk_delivery_destino_id_destino"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_delivery_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_due",
            ["destino_id", "due_at", "id"],
            unique=False,
            postgresql_where=sa.text("estado IN ('pendente', 'enviando')"),
            sqlite_where=sa.text("estado IN ('pendente', 'enviando')"),
        )
        batch_op.create_index("ix_delivery_estado", ["estado", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delivery_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            "ix_delivery_lease",
            ["lease_token"],
            unique=False,
            postgresql_where=sa.text("lease_token IS NOT NULL"),
            sqlite_where=sa.text("lease_token IS NOT NULL"),
        )

    op.create_table(
        "destino_evento",
        sa.Column("destino_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("evento", sa.String(length=50), nullable=False),
        sa.ForeignKeyConstraint(
            ["destino_id"], ["destino.id"], name=op.f("fk_destino_evento_destino_id_destino"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("destino_id", "evento", name=op.f("pk_destino_evento")),
    )
    with op.batch_alter_table("destino_evento", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_destino_evento_evento"), ["evento"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=True),
        sa.Column("response", sa.Text(), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_attempt_delivery_id_delivery"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_delivery_id"), ["delivery_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attempt_delivery_id"))

    op.drop_table("attempt")
    with op.batch_alter_table("destino_evento", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_destino_evento_evento"))

    op.drop_table("destino_evento")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_delivery_lease",
            postgresql_where=sa.text("lease_token IS NOT NULL"),
            sqlite_where=sa.text("lease_token IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_delivery_event_id"))
        batch_op.drop_index("ix_delivery_estado")
        batch_op.drop_index(
            "ix_delivery_due",
            postgresql_where=sa.text("estado IN ('pendente', 'enviando')"),
            sqlite_where=sa.text("estado IN ('pendente', 'enviando')"),
        )

    op.drop_table("delivery")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_usuario_id"))

    op.drop_table("event")
    with op.batch_alter_table("destino", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_destino_usuario_id"))

    op.drop_table("destino")
    op.drop_table("usuario")
    op.drop_table("caixa")
    op.drop_table("balde")
    with op.batch_alter_table("alerta", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_alerta_aberto",
            postgresql_where=sa.text("resolvido_em IS NULL"),
            sqlite_where=sa.text("resolvido_em IS NULL"),
        )

    op.drop_table("alerta")
