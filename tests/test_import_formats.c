/*
 * The formats of foreign traces, a line at a time: what becomes of it, and
 * every way of being wrong that we know of.
 */

#include "sim/import/order.h"
#include "tests/import_trial.h"

#define UNKNOWN " -1 -1 -1 -1 EINPROGRESS\n"

/* ---- csv -------------------------------------------------------------- */

#define CSV "time_ns,op,offset_bytes,size_bytes\n"

static void
csv_columns_go_by_their_names(void)
{
	gives("csv", CSV "5,read,4096,512\n8,write,0,1\n8,sync,,\n",
	    "file 1 data\n"
	    "request 0 read 1 4096 512" UNKNOWN "request 3 write 1 0 1" UNKNOWN
	    "request 3 fsync 1 0 0" UNKNOWN);
	gives("csv",
	    "op,size_bytes,cpu,offset_bytes,time_ns,file\n"
	    "read, 10 ,7,20,0,a b\n",
	    "file 1 a b\nrequest 0 read 1 20 10" UNKNOWN);
}

static void
csv_service_may_be_known(void)
{
	gives("csv",
	    "time_ns,op,offset_bytes,size_bytes,service_ns\n"
	    "100,read,0,512,30\n101,read,0,512,\n101,sync,0,512,4\n",
	    "file 1 data\nrequest 0 read 1 0 512 0 30 30 512 0\n"
	    "request 1 read 1 0 512" UNKNOWN
	    "request 1 fsync 1 0 0 1 5 5 0 0\n");
}

static void
csv_wants_its_columns(void)
{
	refuses("csv", "5,read,0,512\n", "trace:1: no column 'time_ns'");
	refuses("csv", "time_ns,op,offset_bytes\n",
	    "trace:1: no column 'size_bytes'");
	refuses("csv", "op,op\n", "trace:1: two columns 'op'");
	refuses("csv", CSV "1,read,0\n", "trace:2: fewer fields");
	refuses("csv", CSV "1,read,0,1,2\n", "trace:2: more fields");
	refuses("csv", CSV "1,trim,0,1\n", "trace:2: op 'trim'");
	refuses("csv", CSV "1.5,read,0,1\n", "trace:2: time_ns '1.5'");
	refuses("csv", CSV "-1,read,0,1\n", "trace:2: time_ns '-1'");
	refuses("csv", CSV "1,read,-1,1\n", "trace:2: offset '-1'");
	refuses("csv", CSV "1,read,0,4294967296\n", "trace:2: size 4294967296");
	refuses("csv", CSV "1,read,9223372036854775807,1\n",
	    "trace:2: offset 9223372036854775807 is too large");
}

/* ---- msr -------------------------------------------------------------- */

/* Ticks since 1601, as the traces have them. */
#define DAY "12816637200"

static void
msr_ticks_are_100_ns(void)
{
	gives("msr",
	    DAY "0000000,web,0,Read,4096,8192,413\n" DAY
		"0000003,web,1,Write,0,512,0\n",
	    "file 1 web.0\nrequest 0 read 1 4096 8192 0 41300 41300 8192 0\n"
	    "file 2 web.1\nrequest 300 write 2 0 512 300 300 300 512 0\n");
}

static void
msr_heading_is_skipped(void)
{
	says("msr",
	    "Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime\n"
	    "1,a,0,Read,0,512,1\n",
	    "; skipped: heading 1");
}

static void
msr_is_refused_with_its_line(void)
{
	refuses("msr", "1,a,0,Read,0,512\n", "trace:1: expected Timestamp");
	refuses("msr", "1,a,0,Read,0,512,1,1\n", "trace:1: expected Timestamp");
	refuses("msr", "1,a,x,Read,0,512,1\n", "trace:1: disk 'x'");
	refuses("msr", "1,a,0,Trim,0,512,1\n", "trace:1: type 'Trim'");
	refuses("msr", "1,a,0,Read,0,512,\n", "trace:1: response time ''");
	refuses("msr", "x,a,0,Read,0,512,1\n", "trace:1: timestamp 'x'");
	refuses("msr", DAY "0000000,a,0,Read,0,512,1\n1,a,0,Read,0,512,1\n",
	    "trace:2: timestamp 1 is years from");
}

/* ---- spc -------------------------------------------------------------- */

static void
spc_addresses_are_blocks_of_512(void)
{
	gives("spc", "0,8,4096,W,0.5\n 1,\t3, 512,r,0.500000001,x,y\n",
	    "file 1 asu0\nrequest 0 write 1 4096 4096" UNKNOWN
	    "file 2 asu1\nrequest 1 read 2 1536 512" UNKNOWN);
}

static void
spc_is_refused_with_its_line(void)
{
	refuses("spc", "0,8,4096,W\n", "trace:1: expected ASU");
	refuses("spc", "a,8,4096,W,0\n", "trace:1: unit 'a'");
	refuses("spc", "0,x,4096,W,0\n", "trace:1: address 'x'");
	refuses("spc", "0,18014398509481984,1,W,0\n", "trace:1: address 18");
	refuses("spc", "0,8,4096,T,0\n", "trace:1: opcode 'T'");
	refuses("spc", "0,8,4096,W,0.\n", "trace:1: timestamp '0.'");
	refuses("spc", "0,8,4096,W,.5\n", "trace:1: timestamp '.5'");
	refuses("spc", "0,8,4096,W,9999999999999\n",
	    "trace:1: timestamp 9999999999999 s is too large");
}

/* ---- blkparse --------------------------------------------------------- */

#define EVENT(action, rest) "  8,16   1   57   3.000000250   81  " action rest
#define QUEUED(rest) EVENT("Q", "  " rest)
#define DISK "file 1 8,16\n"

static void
blkparse_sectors_are_512_bytes(void)
{
	gives("blkparse",
	    QUEUED("R 2048 + 16 [a b]\n") "  8,0 0 1 4.000000000 1 Q WS 0 + 1 "
					  "[x]\n",
	    DISK "request 0 read 1 1048576 8192" UNKNOWN
		 "file 2 8,0\nrequest 999999750 write 2 0 512" UNKNOWN);
}

static void
blkparse_takes_one_action(void)
{
	static const char text[] =
	    QUEUED("R 0 + 8 [a]\n") QUEUED("R 8 + 8 [a]\n")
		EVENT("D", " R 0 + 16 [a]\n") EVENT("C", " R 0 + 16 [0]\n");

	gives("blkparse", text,
	    DISK "request 0 read 1 0 4096" UNKNOWN
		 "request 0 read 1 4096 4096" UNKNOWN);
	gives_with((struct import_setup) {.issued = true}, "blkparse", text,
	    DISK "request 0 read 1 0 8192" UNKNOWN);
	says("blkparse", text, "; skipped: other events 2");
}

static void
blkparse_flush_without_data_is_a_sync(void)
{
	gives("blkparse",
	    QUEUED("FWS [jbd2]\n") QUEUED("FN [jbd2]\n")
		QUEUED("FF 0 + 0 [jbd2]\n") QUEUED("FWS 0 + 0 [jbd2]\n"),
	    DISK "request 0 fsync 1 0 0" UNKNOWN "request 0 fsync 1 0 0" UNKNOWN
		 "request 0 fsync 1 0 0" UNKNOWN
		 "request 0 fsync 1 0 0" UNKNOWN);
	gives("blkparse", QUEUED("FWFSM 8 + 8 [jbd2]\n"),
	    DISK "request 0 write 1 4096 4096" UNKNOWN);
}

static void
blkparse_skips_what_moves_no_data(void)
{
	says("blkparse",
	    QUEUED("D 0 + 80 [fstrim]\n") QUEUED("DE 0 + 80 [fstrim]\n")
		QUEUED("N [x]\n") QUEUED("R 36 (12 00 ..) [udev]\n") QUEUED(
		    "R 0 [udev]\n") QUEUED("WS [x]\n") EVENT("P", " N [a]\n")
		    EVENT("UT", " N [a] 1\n") EVENT("m", " N cfq / add\n")
			QUEUED("R 0 + 1 [a]\n"),
	    "; skipped: discards 2, events without data 2, commands that are "
	    "not I/O 2, other events 3");
}

static void
blkparse_summary_is_skipped(void)
{
	says("blkparse",
	    "Input file sda.blktrace.0 added\n" QUEUED(
		"R 0 + 1 [a]\n") "CPU0 (8,0):\n Reads Queued:  1,  1KiB\n\n"
				 "Total (8,0):\n anything\n",
	    "; skipped: lines of a summary 5, blank lines and remarks 1");
	refuses("blkparse",
	    "CPU0 (8,0):\n" QUEUED("R 0 + 1 [a]\n") "Reads Queued:\n",
	    "trace:3: 'Reads' is no device");
}

static void
blkparse_is_refused_with_its_line(void)
{
	refuses("blkparse", "8:0 x\n", "trace:1: '8:0' is no device");
	refuses("blkparse", "8, 0 x\n", "trace:1: '8,' is no device");
	refuses("blkparse", "8,0 1 2 0.1 5\n", "trace:1: expected DEVICE CPU");
	refuses("blkparse", QUEUED("\n"), "trace:1: nothing after action Q");
	refuses("blkparse", QUEUED("R\n"), "trace:1: expected SECTOR");
	refuses("blkparse", QUEUED("R 8 +\n"), "trace:1: expected SECTOR");
	refuses("blkparse", QUEUED("R x + 8 [a]\n"), "trace:1: sector 'x'");
	refuses("blkparse", QUEUED("R 8 + 8388608 [a]\n"),
	    "trace:1: number of sectors 8388608 is too large");
	refuses("blkparse", QUEUED("2048 + 8 [a]\n"), "trace:1: '2048' does");
	refuses(
	    "blkparse", "8,0 1 2 0,5 5 Q R 0 + 8 [a]\n", "trace:1: time '0,5'");
}

/* ---- strace ----------------------------------------------------------- */

static void
strace_calls_come_when_they_begin(void)
{
	gives("strace",
	    "1700000000.000125 pread64(3</db>, \"a\\\"), 1, 2) = 3\"..., 8192, "
	    "4096) = 100 <0.000098>\n"
	    "1700000000.000126 pwrite64(3</db>, 0x7f00, 512, 0)   = 512\n"
	    "1700000000.000127000 fdatasync(4</x y>(deleted)) = 0 <0.001>\n",
	    "file 1 /db\nrequest 0 read 1 4096 8192 0 98000 98000 100 0\n"
	    "request 1000 write 1 0 512" UNKNOWN
	    "file 2 /x y\nrequest 2000 fsync 2 0 0 2000 1002000 1002000 0 0\n");
}

static void
strace_calls_that_were_cut_are_joined(void)
{
	gives("strace",
	    "[pid  81] 1700000000.000001 pread64(3,  <unfinished ...>\n"
	    "82  1700000000.000002 pwrite64(4, \"x\", 1, 7 <unfinished ...>\n"
	    "82  1700000000.000003 <... pwrite64 resumed>) = 1 <0.000002>\n"
	    "[pid  81] 1700000000.000004 <... pread64 resumed>\"y\", 2, 9) = "
	    "2\n",
	    "file 2 fd3\nrequest 0 read 2 9 2" UNKNOWN
	    "file 1 fd4\nrequest 1000 write 1 7 1 1000 3000 3000 1 0\n");
	/* The last thread is printed without its number. */
	gives("strace",
	    "[pid  81] 1700000000.0 fsync(3 <unfinished ...>\n"
	    "1700000000.5 <... fsync resumed>) = 0\n",
	    "file 1 fd3\nrequest 0 fsync 1 0 0" UNKNOWN);
}

/* A process that was killed, and another with its number. */
static void
strace_rests_of_other_calls_are_not_joined(void)
{
	says("strace",
	    "7 1700000000.0 fsync(3 <unfinished ...>\n"
	    "7 1700000000.1 <... fdatasync resumed>) = 0\n"
	    "7 1700000000.2 fsync(4 <unfinished ...>\n"
	    "7 1700000000.3 <... fsync resumed>) = 0\n",
	    "syncs 1 in 0.000 s, up to byte 0; skipped: calls that began "
	    "before the trace 1, unfinished calls 1");
}

static void
strace_descriptors_may_be_described(void)
{
	gives("strace", "1700000000.0 fsync(3</dev/sda<block 8:0>>) = 0\n",
	    "file 1 /dev/sda\nrequest 0 fsync 1 0 0" UNKNOWN);
	gives("strace", "1700000000.0 fsync(3</a\\74b\\76>) = 0\n",
	    "file 1 /a\\74b\\76\nrequest 0 fsync 1 0 0" UNKNOWN);
}

static void
strace_counts_what_it_does_not_see(void)
{
	says("strace",
	    "strace: [ Process PID=82 runs in 32 bit mode. ]\n"
	    "1700000000.0 fsync(3) = 0\n"
	    "1700000000.0 read(3, \"x\", 1) = 1\n"
	    "1700000000.0 openat(AT_FDCWD, \"x\", O_RDONLY) = 3\n"
	    "1700000000.0 write(3,  <unfinished ...>\n"
	    "1700000000.0 <... write resumed>\"x\", 1) = 1\n"
	    "1700000000.0 pread64(9, 0x7f00, 10, -1) = -1 EINVAL (Invalid "
	    "argument)\n"
	    "1700000000.0 --- SIGCHLD {si_signo=SIGCHLD} ---\n"
	    "1700000000.0 +++ exited with 0 +++\n"
	    "7 1700000000.0 <... fsync resumed>) = 0\n"
	    "7 1700000000.0 fsync(4 <unfinished ...>\n"
	    "7 1700000000.0 <... fsync resumed> <unfinished ...>) = ?\n"
	    "7 1700000000.0 fsync(3 <unfinished ...>\n",
	    "skipped: messages of strace 1, calls that name no offset 3, other "
	    "calls 1, failed calls 1, signals and exits 2, calls that began "
	    "before the trace 1, unfinished calls 2");
}

/* Behind a time. */
static void
refuses_call(const char *call, const char *message)
{
	g_autofree char *text = g_strdup_printf("1700000000.0 %s\n", call);

	refuses("strace", text, message);
}

static void
strace_is_refused_with_its_line(void)
{
	refuses("strace", "fsync(3) = 0\n", "trace:1: 'fsync(3)' is no time");
	refuses("strace", "12:00:01 fsync(3) = 0\n", "trace:1: '12:00:01' is");
	refuses_call("", "trace:1: '' is no system call");
	refuses_call("fsync(3", "trace:1: a call without its result");
	refuses_call("fsync(x) = 0", "trace:1: descriptor ''");
	refuses_call("fsync(3</a) = 0", "trace:1: a path without");
	refuses_call("fsync(3) = 0 <0.1", "trace:1: expected '>' at ''");
	refuses_call("fsync(3) = 0 (DEL", "trace:1: expected ')' at ''");
	refuses_call("fsync(3, 4) = 0", "trace:1: expected ')'");
	refuses_call(
	    "pread64(3, \"\", 8) = 0", "trace:1: expected ',' at ') = 0'");
	refuses_call(
	    "pread64(3, \"\", 8, 0) = 9", "trace:1: result 9 is too large");
	refuses_call("pread64(3, \"\", 8, 0) = 0x5",
	    "trace:1: result '0x5' is not a whole number");
	refuses_call("pread64(3, \"\", 8, 0) = 4junk <0.1>",
	    "trace:1: result '4junk' is not a whole number");
	refuses_call("pread64(3, \"\", 8, 0) = 4 junk <0.1>",
	    "trace:1: 'junk <0.1>' is more than a result");
	refuses_call("fsync(3) = ", "trace:1: result '' is not a whole number");
	refuses_call(
	    "fsync(3) = 0 <0.1> junk", "trace:1: 'junk' is more than a result");
	refuses_call("<... fsync", "trace:1: '<...' without");
}

static void
strace_times_since_the_call_before_are_refused(void)
{
	refuses("strace", "81      0.000138 fsync(3) = 0\n",
	    "trace:1: time 0.000138 is not since 1970; this looks like strace "
	    "-r, use -ttt");
	refuses("strace", "99999999.999999 fsync(3) = 0\n",
	    "trace:1: time 99999999.999999 is not");
	gives("strace", "100000000.000000 fsync(3) = 0\n",
	    "file 1 fd3\nrequest 0 fsync 1 0 0" UNKNOWN);
}

/* A program may well write such words itself. */
static void
strace_must_not_write_to_standard_error(void)
{
	static const char message[] =
	    "trace:2: written to standard error, where messages of strace cut "
	    "calls in two; let strace write with -o FILE";

	refuses("strace",
	    "1700000000.0 fsync(3) = 0\n"
	    "1700000000.1 pread64(3, \"a\"..., 4096, 2000000strace: Process 82 "
	    "attached\n <unfinished ...>\n",
	    message);
	refuses("strace",
	    "1700000000.0 fsync(3) = 0\nstrace: Process 81 detached\n",
	    message);
	gives("strace",
	    "1700000000.0 pwrite64(3, \"strace: Process 82 attached\", 27, 0) "
	    "= 27\n",
	    "file 1 fd3\nrequest 0 write 1 0 27" UNKNOWN);
}

static void
strace_options_that_print_more_are_named(void)
{
	static const char remedy[] = "import reads what strace -f -ttt -y -T "
				     "-o FILE writes; leave out other options, "
				     "such as -i, -k, -n, -r, -Y";
	static const struct {
		const char *line, *said;
	} cases[] = {
	    {"1700000000.0 (+     0.000138) fsync(3) = 0",
		"'(+     0.000138) fsync(3) = 0' is no system call"},
	    {"1700000000.0 [00007fa6b4edbb9a] fsync(3) = 0",
		"'[00007fa6b4edbb9a] fsync(3) = 0' is no system call"},
	    {"1700000000.0 [  74] fsync(3) = 0",
		"'[  74] fsync(3) = 0' is no system call"},
	    {"81<db> 1700000000.0 fsync(3) = 0",
		"'81<db>' is no time in seconds"},
	    {" > /lib/libc.so.6(fsync+0x14) [0x101b0]",
		"'>' is no time in seconds"},
	    {"12:00:01.5 fsync(3) = 0", "'12:00:01.5' is no time in seconds"},
	};
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strconcat(cases[i].line, "\n", NULL);
		g_autofree char *message =
		    g_strdup_printf("trace:1: %s; %s", cases[i].said, remedy);

		refuses("strace", text, message);
	}
}

static void
strace_results_may_have_a_note(void)
{
	gives("strace",
	    "1700000000.0 fsync(3) = 0 (DELAYED) <0.000002>\n"
	    "1700000000.0 fsync(3)                 = 0 (INJECTED)\n"
	    "1700000000.0 fsync(3) = 0 <0.000002> \n",
	    "file 1 fd3\nrequest 0 fsync 1 0 0 0 2000 2000 0 0\n"
	    "request 0 fsync 1 0 0" UNKNOWN
	    "request 0 fsync 1 0 0 0 2000 2000 0 0\n");
}

/* Sorting the lines would not help. */
static void
strace_calls_that_last_too_long_are_refused(void)
{
	GString *text =
	    g_string_new("7 1700000000.0 fsync(3 <unfinished ...>\n");
	int i;

	for (i = 0; i <= ORDER_WINDOW; i++)
		g_string_append(text, "8 1700000001.0 fsync(3) = 0\n");
	g_string_append(text, "7 1700000002.0 <... fsync resumed>) = 0\n");
	refuses("strace", text->str,
	    "trace:65539: its time is before those of more than 65536 requests "
	    "above it; its call lasted over them all: leave out this line, or "
	    "import a shorter stretch");
	g_string_free(text, TRUE);
}

int
main(void)
{
	static const struct rule rules[] = {
	    RULE(csv_columns_go_by_their_names),
	    RULE(csv_service_may_be_known),
	    RULE(csv_wants_its_columns),
	    RULE(msr_ticks_are_100_ns),
	    RULE(msr_heading_is_skipped),
	    RULE(msr_is_refused_with_its_line),
	    RULE(spc_addresses_are_blocks_of_512),
	    RULE(spc_is_refused_with_its_line),
	    RULE(blkparse_sectors_are_512_bytes),
	    RULE(blkparse_takes_one_action),
	    RULE(blkparse_flush_without_data_is_a_sync),
	    RULE(blkparse_skips_what_moves_no_data),
	    RULE(blkparse_summary_is_skipped),
	    RULE(blkparse_is_refused_with_its_line),
	    RULE(strace_calls_come_when_they_begin),
	    RULE(strace_calls_that_were_cut_are_joined),
	    RULE(strace_rests_of_other_calls_are_not_joined),
	    RULE(strace_descriptors_may_be_described),
	    RULE(strace_counts_what_it_does_not_see),
	    RULE(strace_is_refused_with_its_line),
	    RULE(strace_must_not_write_to_standard_error),
	    RULE(strace_options_that_print_more_are_named),
	    RULE(strace_results_may_have_a_note),
	    RULE(strace_calls_that_last_too_long_are_refused),
	    RULE(strace_times_since_the_call_before_are_refused),
	};

	return (RUN_RULES("import formats", rules));
}
