"""What Oracle's error numbers mean for the caller, as a table (oracle_queue, Errors). Its classes are no guide."""

from dataclasses import dataclass

from core.errors import Misconfigured, PlatformError, Rejected, Transient


@dataclass(frozen=True)
class Row:
    """What is raised, and the sentence.

    `gone`: the connection is lost, and the effect of its last call unknown. `login`: trying again locks the account.
    """

    kind: type[PlatformError]
    text: str
    gone: bool = False
    login: bool = False


GONE = Row(Transient, "a conexão caiu", gone=True)
STARTING = Row(Transient, "o banco está iniciando, parando ou sem vagas")
BUSY = Row(Transient, "outra sessão segura as linhas")
FULL = Row(Transient, "o banco não tem espaço ou parou de arquivar: avise o DBA")
CROWDED = Row(Transient, "o limite de sessões do banco foi atingido")
READ_ONLY = Row(Transient, "o banco só aceita leitura (standby depois de uma troca)")
LATE = Row(Transient, "não respondeu a tempo")
NO_LISTENER = Row(Transient, "o listener não atende")
NO_SERVICE = Row(Transient, "o listener não conhece o serviço; se durar, confira fila.dsn")
AWAY = Row(Transient, "o servidor não atende")
REFUSED = Row(Misconfigured, "o servidor recusou a conexão: confira usuário, senha e nome do banco em fila.url")
LOGIN = Row(
    Misconfigured,
    "recusou o usuário ou a senha (fila.user, fila.password); novas tentativas bloqueiam a conta",
    login=True,
)
LOCKED = Row(Misconfigured, "a conta do usuário está bloqueada: avise o DBA", login=True)
EXPIRED = Row(Misconfigured, "a senha do usuário expirou: avise o DBA", login=True)
NO_TABLE = Row(Misconfigured, "a tabela não existe ou o usuário não a vê (fila.table)")
NO_COLUMN = Row(Misconfigured, "uma coluna configurada não existe (fila.columns)")
NO_RIGHT = Row(Misconfigured, "o usuário não tem permissão na tabela: avise o DBA")
BAD_STATEMENT = Row(Misconfigured, "o banco não aceita o comando; veja o nome da tabela e das colunas")
BAD_VALUE = Row(Rejected, "um valor não cabe na linha")
THIN = Row(Misconfigured, "o driver sem cliente instalado não fala com este servidor")
OLD = Row(Misconfigured, "o servidor é anterior ao 12.1, que o driver exige")
ENCRYPTED = Row(
    Misconfigured, "o servidor exige a criptografia nativa da Oracle, que o driver não tem; peça TLS ao DBA"
)
VERIFIER = Row(Misconfigured, "a senha do usuário foi guardada no formato 10G; peça ao DBA para redefini-la")
UNKNOWN = Row(Transient, "falhou de um modo que não conheço")

CODES: dict[str, Row] = {
    **dict.fromkeys(("DPY-4011", "DPY-1001", "DPY-1003"), GONE),
    **dict.fromkeys(("ORA-03113", "ORA-03114", "ORA-03135", "ORA-00028", "ORA-01012", "ORA-02396"), GONE),
    **dict.fromkeys(("ORA-01033", "ORA-01034", "ORA-01089", "ORA-01090"), STARTING),
    **dict.fromkeys(("ORA-12516", "ORA-12519", "ORA-12520", "ORA-12528"), STARTING),
    **dict.fromkeys(("ORA-00060", "ORA-08177", "ORA-00054", "ORA-30006", "ORA-01555"), BUSY),
    **dict.fromkeys(("ORA-04061", "ORA-04068"), BUSY),
    **dict.fromkeys(("ORA-01653", "ORA-01654", "ORA-00257"), FULL),
    **dict.fromkeys(("ORA-02391", "ORA-00018", "ORA-00020", "DPY-4005"), CROWDED),
    "ORA-16000": READ_ONLY,
    **dict.fromkeys(("ORA-01013", "DPY-4024", "ORA-12170"), LATE),
    **dict.fromkeys(("ORA-12541", "DPY-6000", "DPY-6005"), NO_LISTENER),
    **dict.fromkeys(("ORA-12514", "ORA-12505", "DPY-6001", "DPY-6003"), NO_SERVICE),
    "ORA-01017": LOGIN,
    "ORA-28000": LOCKED,
    "ORA-28001": EXPIRED,
    "ORA-00942": NO_TABLE,
    "ORA-00904": NO_COLUMN,
    "ORA-01031": NO_RIGHT,
    **dict.fromkeys(("ORA-00933", "ORA-02014", "ORA-00923"), BAD_STATEMENT),
    **dict.fromkeys(("ORA-00001", "ORA-01400", "ORA-12899", "ORA-01722", "ORA-01407"), BAD_VALUE),
    **dict.fromkeys(("DPY-3001", "ORA-12660"), ENCRYPTED),
    "DPY-3010": OLD,
    "DPY-3012": THIN,
    "DPY-3015": VERIFIER,
}
# The databases that answer in place of Oracle say the same by a class of SQLSTATE, or by a name of SQLite.
STATES: tuple[tuple[str, Row], ...] = (
    ("42P01", NO_TABLE),
    ("42703", NO_COLUMN),
    ("42501", NO_RIGHT),
    ("28", LOGIN),
    ("3D", NO_SERVICE),
    ("08", GONE),
    ("57P", GONE),
    ("40", BUSY),
    ("55P03", BUSY),
    ("57014", LATE),
    ("53300", CROWDED),
    ("53", FULL),
    ("25006", READ_ONLY),
    ("22", BAD_VALUE),
    ("23", BAD_VALUE),
    ("42", BAD_STATEMENT),
)
NAMES: tuple[tuple[str, Row], ...] = (
    ("SQLITE_BUSY", BUSY),
    ("SQLITE_LOCKED", BUSY),
    ("SQLITE_FULL", FULL),
    ("SQLITE_READONLY", READ_ONLY),
    ("SQLITE_CANTOPEN", NO_SERVICE),
    ("SQLITE_CONSTRAINT", BAD_VALUE),
)
