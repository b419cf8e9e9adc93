/* Values that no argument should have, and what every call with them has to keep to. The generated program
   (tests/boundary/arguments.rs) has the functions; this has all else. Arguments: as every_kind.h says, and how many
   calls with values by chance for each function. */
#ifndef WRONG_VALUES_H
#define WRONG_VALUES_H

#include <limits.h>

#include "every_kind.h"
#include "system.h"

#ifdef _WIN32
/* What windows.h has under these names is not used here. */
#undef TEXT
#undef ERROR
#undef OUT
#undef CALLBACK
#define HANDLE A_HANDLE
#define LONG A_LENGTH
#endif

typedef enum {
    HANDLE, TEXT, WIDE_TEXT, REQUESTS, COUNT, INDEX, SIGNED_NUMBER, NUMBER, LARGE_NUMBER, PROGRESS,
    CALLBACK, USER_DATA, OUT, ERROR
} argument;

/* What a call returns: a status with or without an error object, or a value and what it is when there is none. */
typedef enum { STATUS, NUMBER_OR_STATUS, POINTER, UNKNOWN_IS_MINUS_ONE, ZERO } answer;

typedef struct {
    argument what;
    /* Of a HANDLE and an OUT: its place among the kinds. */
    int type;
    int may_be_null;
    /* A handle that is not const: the call changes the object. */
    int changes;
} parameter;

typedef struct {
    const char *name;
    answer answer;
    void (*call)(const int *pick);
    int count;
    parameter parameters[10];
} function;

enum { MOST = 10, LONG = 1024 * 1024 };

static const char *calling = "";
static const int *picked;
static int picked_count;
static void *freed[KINDS];
static apsfetch_client *sandbox_client;

/* What the call gave. */
static int64_t number;
static int32_t status;
static const void *pointer;

static void complain(const char *what)
{
    int i;

    printf("%s(", calling);
    for (i = 0; i < picked_count; i++)
        printf("%s%d", i == 0 ? "" : ", ", picked[i]);
    printf("): %s (status %d)\n", what, (int)status);
    exit(1);
}

#define MUST(condition) do { if (!(condition)) complain(#condition); } while (0)

/* ---- Memory that calls write to, with guards around it ---- */

typedef struct {
    unsigned char before[32];
    unsigned char slot[sizeof(void *) + 1];
    unsigned char after[32];
} guarded;

/* One for each parameter. */
static guarded slots[MOST];
static int misaligned[MOST];

static struct {
    unsigned char before[32];
    unsigned char place[8192];
} progress_memory;
static uint32_t progress_size;
static unsigned char *progress_at;

static int is_all(const unsigned char *bytes, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (bytes[i] != 0xA5)
            return 0;
    return 1;
}

static void *slot_of(int at, int pick, void *before)
{
    misaligned[at] = pick == 2;
    memset(&slots[at], 0xA5, sizeof slots[at]);
    memcpy(slots[at].slot + misaligned[at], &before, sizeof before);
    return pick == 1 ? NULL : slots[at].slot + misaligned[at];
}

static void *what_is_in(int at)
{
    void *value;

    MUST(is_all(slots[at].before, sizeof slots[at].before));
    MUST(is_all(slots[at].after, sizeof slots[at].after));
    MUST(slots[at].slot[misaligned[at] ? 0 : sizeof(void *)] == 0xA5);
    memcpy(&value, slots[at].slot + misaligned[at], sizeof value);
    return value;
}

/* A result or an error: there before, NULL, or at an odd address. */
enum { OUTS = 4 };

static void *out_value(int at, int pick)
{
    return slot_of(at, pick, pick == 3 ? (void *)(uintptr_t)0xDEADBEEF : NULL);
}

/* ---- Values: number 0 is good, all others are wrong ---- */

enum { HANDLES = 11 + KINDS };

static void *handle_value(int type, int pick)
{
    static uint64_t memory[8];
    uintptr_t good = (uintptr_t)kinds[type].handle;

    switch (pick) {
    case 0: return kinds[type].handle;
    case 1: return NULL;
    case 2: return freed[type];
    case 3: return (void *)(uintptr_t)1;
    case 4: return (void *)UINTPTR_MAX;
    case 5: return (void *)(uintptr_t)0xDEADBEEF;
    case 6: return memory;
    case 7: return (void *)(good + 1);
    case 8: return (void *)(good ^ ((uintptr_t)1 << 63));
    case 9: return (void *)(uintptr_t)INT64_MIN;
    case 10: return (void *)(uintptr_t)0xCDCDCDCDCDCDCDCD;
    default: return pick - 11 == type ? freed[type] : kinds[pick - 11].handle;
    }
}

enum { NOT_UTF8_FROM = 2, NOT_UTF8_TO = 5, TEXTS = 31 };

static char *long_text(const char *begin, const char *unit)
{
    char *text = malloc(LONG + 1);
    size_t at = strlen(begin), length = strlen(unit);

    CHECK(text != NULL);
    memcpy(text, begin, at);
    for (; at + length <= LONG; at += length)
        memcpy(text + at, unit, length);
    text[at] = 0;
    return text;
}

static const char *texts[TEXTS] = {
    NULL, NULL, "\xff\xfe", "a\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80", "", " ", "a\r\nX-Injected: 1", "a\nb", "\x01\x1b[0m\x7f",
    "../../x/../y", ".", "..", "/", "CON", "no such/folder", "/dev/null", "/dev/zero", "fifo", "%00%2e%2e%2f%", "http://[::1",
    "http://user:word@127.0.0.1:1/%zz?#", "Wed, 99 Foo 99999 99:99:99 GMT", "999999999999999999999999", "\"\\",
    "\xe2\x80\xae\xef\xbb\xbf", NULL, NULL, NULL, NULL,
};

static void make_texts(void)
{
    texts[TEXTS - 4] = long_text("", "a");
    texts[TEXTS - 3] = long_text("http://127.0.0.1:1/", "\xf0\x9f\x93\x81");
    texts[TEXTS - 2] = long_text("{\"urn\":", "[");
    texts[TEXTS - 1] = long_text("{\"derivatives\":[", "{\"children\":[");
}

static void free_texts(void)
{
    int i;

    for (i = TEXTS - 4; i < TEXTS; i++)
        free((char *)texts[i]);
}

/* "FILE" stands for the file that exists. */
static const char *text_value(const char *good, int pick)
{
    if (pick == 0)
        return strcmp(good, "FILE") == 0 ? arguments[6] : good;
    return texts[pick];
}

enum { WIDE_TEXTS = 12 };

static const uint16_t *wide_value(const char *good, int pick)
{
    static uint16_t wide[LONG + 2];
    static const uint16_t lone[] = {'a', 0xD83D, 'b', 0}, low[] = {0xDCC1, 0}, last[] = {'a', 0xD83D, 0},
                          swapped[] = {0xDCC1, 0xD83D, 0}, control[] = {1, '\r', '\n', 0x7f, 0},
                          up[] = {'.', '.', '/', '.', '.', '/', 'x', 0}, none[] = {0}, odd[] = {0xFFFE, 0xFFFF, 0},
                          pipe[] = {'f', 'i', 'f', 'o', 0};
    size_t i;

    switch (pick) {
    case 1: return NULL;
    case 2: return lone;
    case 3: return low;
    case 4: return last;
    case 5: return swapped;
    case 6: return none;
    case 7: return control;
    case 8: return up;
    case 9: return odd;
    case 10: return pipe;
    case 11:
        for (i = 0; i < LONG; i++)
            wide[i] = 'a';
        wide[i] = 0;
        return wide;
    default:
        good = text_value(good, 0);
        for (i = 0; good[i] != 0; i++)
            wide[i] = (unsigned char)good[i];
        wide[i] = 0;
        return wide;
    }
}

enum { ARRAYS = 6 };

static const apsfetch_request *const *requests_value(int pick)
{
    static void *array[4];
    static unsigned char packed[sizeof array + 1];

    array[0] = kinds[3].handle;
    array[1] = array[2] = array[3] = NULL;
    switch (pick) {
    case 1: return NULL;
    case 2: array[0] = NULL; break;
    case 3: array[0] = freed[3]; break;
    case 4: array[0] = kinds[2].handle; break;
    case 5:
        memcpy(packed + 1, array, sizeof array);
        return (const apsfetch_request *const *)(void *)(packed + 1);
    }
    return (const apsfetch_request *const *)(void *)array;
}

enum { COUNTS = 6 };
static const size_t counts[COUNTS] = {1, 0, 4, 1000001, SIZE_MAX, SIZE_MAX / 8 + 2};

enum { INDEXES = 6 };
static const size_t indexes[INDEXES] = {0, 1, 1000, INT_MAX, SIZE_MAX / 2 + 1, SIZE_MAX};

enum { SIGNED_NUMBERS = 8 };
static const int32_t signed_numbers[SIGNED_NUMBERS] = {1, 0, -1, 2, 3, 100, INT32_MIN, INT32_MAX};

enum { NUMBERS = 8 };
static const uint32_t numbers[NUMBERS] = {1, 0, 2, 65535, 65536, INT32_MAX, (uint32_t)INT32_MAX + 1, UINT32_MAX};

enum { LARGE_NUMBERS = 8 };
static const uint64_t large_numbers[LARGE_NUMBERS] = {1 << 20, 0, 1, UINT32_MAX, (uint64_t)1 << 53, INT64_MAX,
                                                      (uint64_t)1 << 63, UINT64_MAX};

enum { PROGRESSES = 12 };

static apsfetch_progress *progress_value(int pick)
{
    static const uint32_t sizes[PROGRESSES] = {sizeof(apsfetch_progress), 0, 0, 7, 8, 9, 71, 73, 4096, 4097, UINT32_MAX,
                                               sizeof(apsfetch_progress)};

    memset(&progress_memory, 0xA5, sizeof progress_memory);
    progress_at = progress_memory.place + (pick == PROGRESSES - 1);
    progress_size = sizes[pick];
    memcpy(progress_at, &progress_size, sizeof progress_size);
    return pick == 1 ? NULL : (apsfetch_progress *)(void *)progress_at;
}

/* Not more than its size says, and nothing at all if it says nonsense. */
static void check_progress(void)
{
    size_t most = progress_size >= 8 && progress_size <= 4096 ? progress_size : 4;

    if (progress_at == NULL)
        return;
    if (most > sizeof(apsfetch_progress))
        most = sizeof(apsfetch_progress);
    MUST(is_all(progress_memory.before, sizeof progress_memory.before));
    MUST(is_all(progress_memory.place, (size_t)(progress_at - progress_memory.place)));
    MUST(is_all(progress_at + most, (size_t)(progress_memory.place + sizeof progress_memory.place - progress_at) - most));
    MUST(memcmp(progress_at, &progress_size, 4) == 0);
    progress_at = NULL;
}

/* Each cancels; the second with a number nobody would think of. */
enum { CALLBACKS = 3 };

static int32_t on_progress(const apsfetch_progress *p, void *user_data)
{
    (void)p;
    return user_data == NULL ? 1 : INT32_MIN;
}

static int32_t on_upload(uint64_t sent, uint64_t total, void *user_data)
{
    (void)sent;
    (void)total;
    return user_data == NULL ? 1 : INT32_MIN;
}

static int32_t on_manifest(const apsfetch_manifest *manifest, void *user_data)
{
    (void)manifest;
    return user_data == NULL ? 1 : INT32_MIN;
}

static int how_many(const parameter *one)
{
    switch (one->what) {
    case HANDLE: return HANDLES;
    case TEXT: return TEXTS;
    case WIDE_TEXT: return WIDE_TEXTS;
    case REQUESTS: return ARRAYS;
    case COUNT: return COUNTS;
    case INDEX: return INDEXES;
    case SIGNED_NUMBER: return SIGNED_NUMBERS;
    case NUMBER: return NUMBERS;
    case LARGE_NUMBER: return LARGE_NUMBERS;
    case PROGRESS: return PROGRESSES;
    case CALLBACK: return 2;
    case USER_DATA: return 2;
    case OUT: case ERROR: return OUTS;
    }
    return 1;
}

/* ---- What every answer has to keep to ---- */

static int is_documented(int64_t answer)
{
    return answer >= 0 || (answer >= INT32_MIN && answer != APSFETCH_E_PANIC && answer != APSFETCH_E_WRONG_PROCESS &&
                           strcmp(apsfetch_status_text((int32_t)answer), "unknown status") != 0);
}

/* What the one wrong value must lead to, or 1 if several answers are right. */
static int32_t expected(const parameter *one, int pick)
{
    int is_null = pick == 1;

    if (is_null && one->may_be_null)
        return 1;
    switch (one->what) {
    case HANDLE: return APSFETCH_E_INVALID_HANDLE;
    case TEXT: return is_null || (pick >= NOT_UTF8_FROM && pick <= NOT_UTF8_TO) ? APSFETCH_E_INVALID_ARGUMENT : 1;
    case WIDE_TEXT: return pick <= 6 || pick == 11 ? APSFETCH_E_INVALID_ARGUMENT : 1;
    case REQUESTS: return is_null ? APSFETCH_E_INVALID_ARGUMENT : pick < 5 ? APSFETCH_E_INVALID_HANDLE : 1;
    case COUNT: return pick == 2 ? APSFETCH_E_INVALID_HANDLE : pick > 2 ? APSFETCH_E_INVALID_ARGUMENT : 1;
    case PROGRESS: return pick <= 3 || pick == 9 || pick == 10 ? APSFETCH_E_INVALID_ARGUMENT : APSFETCH_OK;
    case OUT: return is_null ? APSFETCH_E_INVALID_ARGUMENT : 1;
    default: return 1;
    }
}

static void check_error(int at, int is_given)
{
    apsfetch_error *error = what_is_in(at);
    const char *message;

    if (!is_given) {
        return;
    }
    if (status >= 0) {
        MUST(error == NULL);
        return;
    }
    MUST(error != NULL && apsfetch_error_status(error) == status);
    message = apsfetch_error_message(error);
    MUST(message != NULL && message[0] != 0 && strstr(message, "panicked") == NULL);
    /* Nothing that the caller gave is repeated at length, nor in a way that would forge a line of a log. */
    MUST(strlen(message) < 4096);
    MUST(strchr(message, '\r') == NULL && strchr(message, '\n') == NULL && strchr(message, '\x1b') == NULL);
    MUST(apsfetch_error_free(error) == APSFETCH_OK);
}

static void check_outs(const function *f, const int *pick)
{
    int i;

    for (i = 0; i < f->count; i++) {
        const parameter *one = &f->parameters[i];
        void *out;

        if (one->what == ERROR)
            check_error(i, pick[i] != 1);
        if (one->what != OUT || pick[i] == 1)
            continue;
        out = what_is_in(i);
        if (one->may_be_null && status < 0) {
            /* The two that give the job or the outcome also when items failed. */
            if (out != NULL)
                MUST(kinds[one->type].release(out) == APSFETCH_OK);
        } else if (status != APSFETCH_OK) {
            MUST(out == NULL);
        } else if (out != NULL) {
            MUST(kinds[one->type].release(out) == APSFETCH_OK);
        }
    }
}

/* A wrong value that was taken must not become a crash later. */
static void use_what_was_set(int type)
{
    apsfetch_client *client = NULL;
    apsfetch_job *job = NULL;

    if (type == 1 && apsfetch_client_new(kinds[1].handle, &client, NULL) == APSFETCH_OK)
        MUST(apsfetch_client_free(client) == APSFETCH_OK);
    if (type == 3 && apsfetch_job_start(kinds[2].handle, requests_value(0), 1, &job, NULL) == APSFETCH_OK)
        MUST(apsfetch_job_free(job) == APSFETCH_OK);
}

static void remake(int type)
{
    void *old = kinds[type].handle;
    apsfetch_error *error = NULL;

    switch (type) {
    case 1: CHECK_OK(apsfetch_config_new((apsfetch_config **)&kinds[type].handle, &error)); break;
    case 3: kinds[type].handle = make_kept(arguments[6]); break;
    case 11: CHECK_OK(apsfetch_upload_options_new((apsfetch_upload_options **)&kinds[type].handle, &error)); break;
    case 15: CHECK_OK(apsfetch_list_options_new((apsfetch_list_options **)&kinds[type].handle, &error)); break;
    case 17: CHECK_OK(apsfetch_design_filter_new((apsfetch_design_filter **)&kinds[type].handle, &error)); break;
    case 18: CHECK_OK(apsfetch_object_filter_new((apsfetch_object_filter **)&kinds[type].handle, &error)); break;
    default: return;
    }
    CHECK(kinds[type].release(old) == APSFETCH_OK);
}

static int is_free(const function *f)
{
    size_t length = strlen(f->name);

    return length > 5 && strcmp(f->name + length - 5, "_free") == 0;
}

static void run(const function *f, const int *pick, int32_t must_be)
{
    calling = f->name;
    picked = pick;
    picked_count = f->count;
    /* A hang is a failure too. */
    set_alarm(30);
    status = 0;
    number = 0;
    pointer = NULL;
    progress_at = NULL;
    f->call(pick);
    if (f->answer == STATUS || f->answer == NUMBER_OR_STATUS) {
        MUST(is_documented(status));
        MUST(f->answer != STATUS || status <= APSFETCH_PENDING);
    }
    if (must_be != 1) {
        switch (f->answer) {
        case STATUS: MUST(status == must_be); break;
        case NUMBER_OR_STATUS: MUST(status <= 0); break;
        case POINTER: MUST(pointer == NULL); break;
        case UNKNOWN_IS_MINUS_ONE: MUST(number == -1); break;
        case ZERO: MUST(number == 0); break;
        }
    }
    check_progress();
    check_outs(f, pick);
    if (f->count > 0 && f->parameters[0].what == HANDLE && f->parameters[0].changes && !is_free(f)) {
        if (status == APSFETCH_OK)
            use_what_was_set(f->parameters[0].type);
        remake(f->parameters[0].type);
    }
}

/* The alarm: says which call does not come back. */
static void hangs(int signal)
{
    int i;

    (void)signal;
    printf("%s(", calling);
    for (i = 0; i < picked_count; i++)
        printf("%s%d", i == 0 ? "" : ", ", picked[i]);
    printf(") does not come back\n");
    fflush(stdout);
    _exit(1);
}

/* Numbers by chance, the same ones each time. */
static uint32_t chance(void)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}

static int is_cancel_token(const parameter *one)
{
    return one->what == HANDLE && one->type == 7;
}

static void call_wrongly(const function *f, int by_chance)
{
    int pick[MOST] = {0};
    int i, k, most = 1;

    if (!is_free(f))
        run(f, pick, 1);
    /* One wrong value at a time. */
    for (i = 0; i < f->count; i++) {
        const parameter *one = &f->parameters[i];

        for (k = 1; k < how_many(one); k++) {
            /* Without a token, nobody ends the tries to reach the server that is not there. */
            if (is_cancel_token(one) && k == 1)
                continue;
            pick[i] = k;
            run(f, pick, expected(one, k));
        }
        pick[i] = 0;
        if (how_many(one) > most)
            most = how_many(one);
    }
    /* Wrong values everywhere. */
    for (k = 1; k < most && f->count > 0; k++) {
        for (i = 0; i < f->count; i++) {
            int all = how_many(&f->parameters[i]);

            pick[i] = all > 1 ? 1 + (k - 1) % (all - 1) : 0;
        }
        run(f, pick, 1);
    }
    for (k = 0; k < by_chance && f->count > 0 && !is_free(f); k++) {
        for (i = 0; i < f->count; i++) {
            const parameter *one = &f->parameters[i];

            /* Half of them good, so that calls get far; and none that nobody can end. */
            pick[i] = chance() % 2 ? 0 : (int)(chance() % (uint32_t)how_many(one));
            if (is_cancel_token(one) && pick[i] == 1)
                pick[i] = 0;
        }
        run(f, pick, 1);
    }
}

static void begin(int argc, char **argv)
{
    int i;

    CHECK(argc == 8);
    on_alarm(hangs);
    arguments = argv;
    /* Paths that lead upwards stay below the folder of the test. */
    CHECK(make_folder("a") == 0 && make_folder("a/b") == 0 && chdir("a/b") == 0);
#ifndef _WIN32
    CHECK(mkfifo("fifo", 0666) == 0);
#endif
    make_texts();
    make_all();
    for (i = 0; i < KINDS; i++) {
        freed[i] = kinds[i].handle;
        CHECK(kinds[i].release(kinds[i].handle) == APSFETCH_OK);
    }
    make_all();
    sandbox_client = kinds[2].handle;
    kinds[2].handle = make_offline_client();
    /* Calls that would wait for an answer end at once. */
    CHECK(apsfetch_cancel_token_cancel(kinds[7].handle, NULL) == APSFETCH_OK);
}

static void end(void)
{
    int i;

    for (i = 0; i < KINDS; i++)
        CHECK(kinds[i].release(kinds[i].handle) == APSFETCH_OK);
    CHECK(apsfetch_client_free(sandbox_client) == APSFETCH_OK);
    free_texts();
}

#endif
