/* A SAT library for the tests. The activation code says how it behaves: "ok", "latin1", "hang", ...
 *
 * LINHA_UTF8 and LINHA_LATIN1 are given at compile time: a status line without its session number.
 * A function that changes a box leaves a file, $BIBLIOTECA_RASTRO or ./chamada_proibida, with its name. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char answer[1 << 20];

static int is(const char *code, const char *word) { return strncmp(code, word, strlen(word)) == 0; }

static char *line(int session, const char *rest) {
    snprintf(answer, sizeof answer, "%06d|%s", session, rest);
    return answer;
}

static char *forbidden(const char *name) {
    const char *path = getenv("BIBLIOTECA_RASTRO");
    FILE *trace = fopen(path ? path : "chamada_proibida", "a");
    if (trace) {
        fprintf(trace, "%s\n", name);
        fclose(trace);
    }
    return line(0, "99999|proibida||");
}

/* What a call leaves in the working folder, so that a test can look at the process while it hangs. */
static void leave(const char *name, long value) {
    FILE *note = fopen(name, "w");
    if (note) {
        fprintf(note, "%ld", value);
        fclose(note);
        rename(name, strcmp(name, "pid.tmp") ? "neto" : "pid");
    }
}

static void hang(void) {
    leave("pid.tmp", getpid());
    for (;;) pause();
}

static void hang_with_a_child(void) {
    pid_t child = fork();
    if (child == 0) {
        for (;;) pause();
    }
    leave("neto.tmp", child);
    hang();
}

enum { QUIET, CRASH, HANG } at_the_end = QUIET;

__attribute__((destructor)) static void end(void) {
    if (at_the_end == CRASH) raise(SIGSEGV);
    if (at_the_end == HANG) hang();
}

/* A process of the library that outlives the question and keeps every descriptor open. */
static void leave_a_process(int own_session) {
    pid_t child = fork();
    if (child == 0) {
        if (own_session) setsid();
        sleep(10);
        _exit(0);
    }
    leave("neto.tmp", child);
}

/* What a library does that takes a descriptor of ours for its own. */
static void write_everywhere(const char *text) {
    for (int number = 3; number < 64; number++) write(number, text, strlen(text));
    _exit(0);
}

/* The answer that stands in a file. */
static char *from_file(int session, const char *path) {
    static char rest[4096];
    FILE *file = fopen(path, "r");
    rest[file ? fread(rest, 1, sizeof rest - 1, file) : 0] = 0;
    if (file) fclose(file);
    return line(session, rest);
}

char *ConsultarStatusOperacional(int session, char *code) {
    if (is(code, "file ")) return from_file(session, code + strlen("file "));
    if (is(code, "ok")) return line(session, LINHA_UTF8);
    if (is(code, "latin1")) return line(session, LINHA_LATIN1);
    if (is(code, "wrong")) return line(session, "10001|Codigo de ativacao invalido||");
    if (is(code, "busy")) return line(session, "10098|SAT em processamento||");
    if (is(code, "echo")) {
        char rest[200];
        snprintf(rest, sizeof rest, "10050|%s||", code);
        return line(session, rest);
    }
    if (is(code, "other session")) return line(session + 1, LINHA_UTF8);
    if (is(code, "other function")) return line(session, "08000|SAT em operacao||");
    if (is(code, "garbage")) return "\xff\xfe\x01 lixo";
    if (is(code, "empty")) return "";
    if (is(code, "long")) return memset(answer, '|', sizeof answer - 1);
    if (is(code, "null")) return NULL;
    if (is(code, "hang child")) hang_with_a_child();
    if (is(code, "hang")) hang();
    if (is(code, "stubborn")) {
        for (int number = 1; number < 32; number++) signal(number, SIG_IGN);
        hang();
    }
    if (is(code, "crash")) raise(SIGSEGV);
    if (is(code, "abort")) abort();
    if (is(code, "realtime")) raise(SIGRTMIN + 1);
    if (is(code, "exit 0")) exit(0);
    if (is(code, "exit")) exit(7);
    if (is(code, "end crash")) at_the_end = CRASH;
    if (is(code, "end hang")) at_the_end = HANG;
    if (is(code, "leaves a process")) leave_a_process(0);
    if (is(code, "leaves a daemon")) leave_a_process(1);
    if (is(code, "end") || is(code, "leaves")) return line(session, LINHA_UTF8);
    if (is(code, "writes ")) write_everywhere(code + strlen("writes "));
    if (is(code, "prints")) {
        printf("{\"retorno\": \"depuracao\"}\n");
        fflush(stdout);
        write(1, "depuracao\n", 10);
        fprintf(stderr, "depuracao\n");
        return line(session, LINHA_UTF8);
    }
    return line(session, "10099|comportamento desconhecido||");
}

char *ConsultarSAT(int session) { return line(session, "08000|SAT em operacao||"); }
char *ConsultarNumeroSessao(int session, char *code, int asked) { return line(asked, LINHA_UTF8); }
/* Twelve million bytes of log, as three of them make four digits: "lin", again and again. */
static char *long_log(int session) {
    const int groups = 4000000;
    char *text = malloc(64 + 4 * groups);
    char *end = text + sprintf(text, "%06d|15000|Transferencia completa|||", session);
    for (int group = 0; group < groups; group++, end += 4) memcpy(end, "bGlu", 4);
    *end = 0;
    return text;
}

char *ExtrairLogs(int session, char *code) {
    if (is(code, "wrong")) return line(session, "15001|Codigo de ativacao invalido||");
    if (is(code, "busy")) return line(session, "15098|SAT em processamento||");
    if (is(code, "session")) return line(session, "15097|Numero de sessao invalido||");
    if (is(code, "other function")) return line(session, "10000|Resposta com sucesso||");
    if (is(code, "other session")) return line(session + 1, "15000|Transferencia completa|||");
    if (is(code, "null")) return NULL;
    if (is(code, "crash")) raise(SIGSEGV);
    if (is(code, "hang")) hang();
    if (is(code, "garbage")) return "\xff\xfe\x01 lixo";
    if (is(code, "cut")) return line(session, "15000|Transferencia completa|||bGl");
    if (is(code, "long")) return long_log(session);
    if (is(code, "empty")) return line(session, "15000|Transferencia completa|||");
    return line(session, "15000|Transferencia completa|||bGluaGEK|");
}
char *ConsultarUltimaSessaoFiscal(int session, char *code) { return line(session, "19003|Sem sessao fiscal||"); }

char *AtivarSAT() { return forbidden("AtivarSAT"); }
char *ComunicarCertificadoICPBRASIL() { return forbidden("ComunicarCertificadoICPBRASIL"); }
char *EnviarDadosVenda() { return forbidden("EnviarDadosVenda"); }
char *CancelarUltimaVenda() { return forbidden("CancelarUltimaVenda"); }
char *TesteFimAFim() { return forbidden("TesteFimAFim"); }
char *ConfigurarInterfaceDeRede() { return forbidden("ConfigurarInterfaceDeRede"); }
char *AssociarAssinatura() { return forbidden("AssociarAssinatura"); }
char *AtualizarSoftwareSAT() { return forbidden("AtualizarSoftwareSAT"); }
char *BloquearSAT() { return forbidden("BloquearSAT"); }
char *DesbloquearSAT() { return forbidden("DesbloquearSAT"); }
char *TrocarCodigoDeAtivacao() { return forbidden("TrocarCodigoDeAtivacao"); }
