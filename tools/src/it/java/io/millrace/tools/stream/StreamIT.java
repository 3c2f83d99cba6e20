package io.millrace.tools.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.admin.Admin;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.NewTopic;
import io.millrace.client.admin.OffsetAt;
import io.millrace.protocol.TopicPartition;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** produce, consume, tail, log and perf as processes, in pipes, against one broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class StreamIT {
    private static final Pattern READY = Pattern.compile("Millrace ready on (\\S+?:\\d+)");
    private static final Pattern ACKNOWLEDGED = Pattern.compile("Interrupted: ([0-9,]+) records? acknowledged");
    private static final int RECORDS = 100_000;
    private static final int PARTITIONS = 3;
    private static final int LINES = 20_000;

    @TempDir
    private static Path directory;

    private Process broker;
    private String bootstrap;
    private Shell shell;
    private Admin admin;

    @BeforeAll
    void start() throws IOException {
        Path out = directory.resolve("broker.out");
        broker = new ProcessBuilder(
                        Shell.home().resolve("millrace").toString(),
                        "start",
                        "--data",
                        directory.resolve("data").toString(),
                        "--set",
                        "listeners=PLAINTEXT://127.0.0.1:0",
                        "--set",
                        "group.initial.rebalance.delay.ms=0")
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> ready(out).find());
        Matcher ready = ready(out);
        assertTrue(ready.find());
        bootstrap = ready.group(1);
        shell = new Shell(directory, Map.of("MILLRACE_BOOTSTRAP", bootstrap));
        admin = Admin.open(ClientConfig.of(bootstrap));
        for (String topic : List.of("access", "copy", "there", "back")) {
            create(topic, PARTITIONS);
        }
        create("numbers", 1);
        StringBuilder log = new StringBuilder();
        for (int i = 0; i < LINES; i++) {
            log.append("GET /page/").append(i).append(" 200\n");
        }
        Files.writeString(directory.resolve("access.log"), log);
        Files.write(directory.resolve("photo.jpg"), new byte[] {(byte) 0xFF, (byte) 0xD8, 0, 1, 2});
    }

    private static Matcher ready(Path out) throws IOException {
        return READY.matcher(Files.readString(out));
    }

    private void create(String topic, int partitions) {
        ItemResult.getAll(admin.createTopics(NewTopic.of(topic, partitions, 1)).toCompletableFuture().join());
    }

    @AfterAll
    void stop() {
        if (admin != null) {
            admin.close();
        }
        if (broker != null) {
            broker.destroyForcibly();
        }
    }

    @Test
    void everyExampleRuns() {
        List<String> examples = Examples.all();
        assertTrue(examples.size() > 30, examples.toString());
        // into the partition whose files are looked at
        assertEquals(0, shell.run("millrace produce access access.log -q -p 0").exitCode());
        for (String example : examples) {
            String line = Examples.bounded(example, bootstrap);
            Shell.Result result = shell.run(line);
            assertTrue(Examples.isFine(line, result.exitCode()), line + "\n" + result);
        }
    }

    @Test
    void aTopicThatIsNotThereIsMadeIfThatIsAskedForAndNamedIfNot() {
        Shell.Result refused = shell.run("echo hello | millrace produce first");
        assertEquals(1, refused.exitCode());
        assertTrue(refused.err().contains("There is no topic 'first'"), refused::err);
        Shell.Result made = shell.run("echo hello | millrace produce first --create 1 && millrace consume first -e");
        assertEquals("hello", made.text().strip(), made::err);
        Shell.Result again = shell.run("echo more | millrace produce first --create 1 && millrace consume first -e");
        assertEquals("hello\nmore", again.text().strip(), again::err);
    }

    @Test
    void anyBytesGoThroughPipesAsTheyAre() throws IOException {
        long seed = RandomRecords.seed();
        List<ByteArrayOutputStream> expected = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            expected.add(new ByteArrayOutputStream());
        }
        Random random = new Random(seed);
        try (OutputStream all = new BufferedOutputStream(Files.newOutputStream(directory.resolve("in.frames")), 1 << 16)) {
            for (int i = 0; i < RECORDS; i++) {
                int partition = random.nextInt(PARTITIONS);
                byte[] frame = frame(random, partition);
                all.write(frame);
                expected.get(partition).writeBytes(frame);
            }
        }

        Shell.Result result = shell.run("millrace produce there --frames --keep-partitions < in.frames"
                + " && millrace consume there -e --frames | millrace produce back --frames --keep-partitions -z lz4"
                + " && millrace consume back -e --frames");

        assertEquals(0, result.exitCode(), result::err);
        assertTrue(result.err().contains("100,000 records acknowledged"), result::err);
        List<ByteArrayOutputStream> found = byPartition(result.out());
        for (int i = 0; i < PARTITIONS; i++) {
            assertArrayEquals(expected.get(i).toByteArray(), found.get(i).toByteArray(), "partition " + i);
        }

        Shell.Result json = shell.run("millrace consume there -e --json -p 1 | wc -l; millrace consume back -p 1 -e -f 'x\\n' | wc -l");
        String[] counts = json.text().strip().split("\\s+");
        assertEquals(counts[0], counts[1]);
    }

    private static byte[] frame(Random random, int partition) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0);
        out.writeInt(partition);
        out.writeLong(1_700_000_000_000L + random.nextInt(1 << 30));
        part(out, random, 4, 20);
        part(out, random, 10, 200);
        int headers = random.nextInt(8) == 0 ? 2 : 0;
        out.writeInt(headers);
        for (int i = 0; i < headers; i++) {
            byte[] name = ("name-" + i).getBytes(StandardCharsets.UTF_8);
            out.writeInt(name.length);
            out.write(name);
            part(out, random, 4, 20);
        }
        byte[] frame = bytes.toByteArray();
        ByteBuffer.wrap(frame).putInt(frame.length - Integer.BYTES);
        return frame;
    }

    /** Any bytes, or none. */
    private static void part(DataOutputStream out, Random random, int noneInSo, int most) throws IOException {
        if (random.nextInt(noneInSo) == 0) {
            out.writeInt(-1);
            return;
        }
        byte[] bytes = new byte[random.nextInt(most)];
        random.nextBytes(bytes);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static List<ByteArrayOutputStream> byPartition(byte[] frames) {
        List<ByteArrayOutputStream> found = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            found.add(new ByteArrayOutputStream());
        }
        ByteBuffer in = ByteBuffer.wrap(frames);
        while (in.hasRemaining()) {
            int size = in.getInt(in.position()) + Integer.BYTES;
            int partition = in.getInt(in.position() + Integer.BYTES);
            found.get(partition).write(frames, in.position(), size);
            in.position(in.position() + size);
        }
        return found;
    }

    @Test
    void whoeverReadsNoMoreEndsItQuietly() {
        // into the partition whose files are looked at
        assertEquals(0, shell.run("millrace produce access access.log -q -p 0").exitCode());

        Shell.Result result = shell.run("millrace consume access | head -n 2");

        assertEquals(0, result.exitCode(), result::toString);
        assertEquals("", result.err());
        assertEquals(2, result.text().lines().count());
    }

    @Test
    void whatIsCorruptIsNamedWithItsPlace() throws IOException {
        assertEquals(0, shell.run("for i in 1 2 3; do millrace produce copy -q -p 0 access.log; done").exitCode());
        Path whole = directory.resolve("data/copy-0/00000000000000000000.log");
        Path damaged = directory.resolve("copy-0/00000000000000000000.log");
        Files.createDirectories(damaged.getParent());
        byte[] bytes = Files.readAllBytes(whole);
        int second = ByteBuffer.wrap(bytes).getInt(8) + 12; // the first batch: i64 offset, i32 size of the rest
        long firstOffset = ByteBuffer.wrap(bytes).getLong(second);
        bytes[second + 100] ^= 4;
        Files.write(damaged, bytes);

        Shell.Result right = shell.run("millrace log verify data/copy-0");
        Shell.Result wrong = shell.run("millrace log verify copy-0");
        Shell.Result json = shell.run("millrace log verify copy-0 -o json");
        Shell.Result dump = shell.run("millrace log dump copy-0");

        assertEquals(0, right.exitCode(), right::toString);
        assertEquals(1, wrong.exitCode(), wrong::toString);
        assertTrue(wrong.text().contains("copy-0/00000000000000000000.log position " + second + " to "), wrong::text);
        assertTrue(wrong.text().contains("offsets " + firstOffset + " to "), wrong::text);
        assertEquals(1, json.exitCode());
        assertTrue(json.text().contains("\"position\" : " + second), json::text);
        assertTrue(dump.text().contains("the checksum of this batch is wrong"), dump::text);
        assertArrayEquals(bytes, Files.readAllBytes(damaged));
    }

    @Test
    void whatProduceSaysIsAcknowledgedIsThereAfterCtrlC() throws IOException {
        int number = shell.next();
        Process produce = shell.start("exec millrace produce numbers", number);
        TopicPartition numbers = new TopicPartition("numbers", 0);
        Thread writer = new Thread(() -> {
            try (OutputStream out = new BufferedOutputStream(produce.getOutputStream())) {
                for (int i = 0; ; i++) {
                    out.write((i + "\n").getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                // it reads no more
            }
        });
        writer.setDaemon(true);
        writer.start();
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> end(numbers) > 1000);

        interrupt(produce);
        Shell.Result result = shell.end(produce, number);

        assertEquals(130, result.exitCode(), result::toString);
        Matcher said = ACKNOWLEDGED.matcher(result.err());
        assertTrue(said.find(), result::err);
        long acknowledged = Long.parseLong(said.group(1).replace(",", ""));
        assertEquals(end(numbers), acknowledged);
        Shell.Result read = shell.run("millrace consume numbers -e");
        List<String> lines = read.text().lines().toList();
        assertEquals(acknowledged, lines.size());
        for (int i = 0; i < lines.size(); i++) {
            assertEquals(Integer.toString(i), lines.get(i));
        }
    }

    /** Members that come, and go by Ctrl-C: each record is printed once, since positions are committed before they move. */
    @Test
    void aGroupPrintsEachRecordOnceWhoeverComesAndGoes() throws IOException {
        create("shared", PARTITIONS);
        assertEquals(0, shell.run("millrace produce shared access.log -q").exitCode());
        int first = shell.next();
        Process one = shell.start("exec millrace consume shared -g sharing", first);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> lines(first) > 0);
        int second = shell.next();
        Process two = shell.start("exec millrace consume shared -g sharing", second);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> members("sharing") == 2);
        assertEquals(0, shell.run("millrace produce shared access.log -q").exitCode());
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> lines(first) + lines(second) >= 2 * LINES);

        interrupt(one);
        assertEquals(130, shell.end(one, first).exitCode());
        assertEquals(0, shell.run("millrace produce shared access.log -q").exitCode());
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> lines(first) + lines(second) >= 3 * LINES);
        interrupt(two);
        assertEquals(130, shell.end(two, second).exitCode());

        assertEquals("", Files.readString(shell.file(first, "err")) + Files.readString(shell.file(second, "err")));
        assertEquals(3 * LINES, lines(first) + lines(second));
        assertEquals("", shell.run("millrace consume shared -g sharing -e").text());
    }

    private long lines(int number) throws IOException {
        byte[] printed = Files.readAllBytes(shell.file(number, "out"));
        long lines = 0;
        for (byte b : printed) {
            lines += b == '\n' ? 1 : 0;
        }
        return lines;
    }

    private int members(String group) {
        return admin.describeGroup(group).toCompletableFuture().join().get().members().size();
    }

    private static void interrupt(Process process) throws IOException {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start();
    }

    @Test
    void aLoadThatIsBrokenOffTellsWhatItWas() throws IOException {
        create("broken-off", 1);
        int number = shell.next();
        Process perf = shell.start("exec millrace perf produce broken-off --rate 2000 -d 10min -o json", number);
        TopicPartition partition = new TopicPartition("broken-off", 0);
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> end(partition) > 100);
        interrupt(perf);
        Shell.Result result = shell.end(perf, number);
        assertEquals(130, result.exitCode(), result::toString);
        assertTrue(result.text().contains("\"records\" : " + end(partition) + ","), result::toString);
    }

    @Test
    void kafkasProducerTakesHeadersAndMarkers() {
        create("marked", 1);
        Shell.Result sent = shell.run("printf 'a:1,b:NIL\\tk\\tv\\nNIL\\tk\\tNIL\\n' | kafka-console-producer --topic marked"
                + " --bootstrap-server $MILLRACE_BOOTSTRAP --property parse.key=true --property parse.headers=true"
                + " --property null.marker=NIL && kafka-console-consumer --topic marked --bootstrap-server"
                + " $MILLRACE_BOOTSTRAP --from-beginning --max-messages 2 --property print.key=true"
                + " --property print.headers=true --partition 0");
        assertEquals("a:1,b:null\tk\tv\nNO_HEADERS\tk\tnull\n", sent.text(), sent::toString);
    }

    private long end(TopicPartition partition) {
        return admin.listOffsets(Map.of(partition, OffsetAt.latest()))
                .toCompletableFuture()
                .join()
                .get(partition)
                .get()
                .offset()
                .orElse(0);
    }

    @Test
    void mistakesAreToldInOneLineThatSaysWhatToDo() {
        assertTells(2, "millrace consume access --from soon -e", "--from: 'soon' is no place");
        assertTells(1, "millrace consume acces -e", "did you mean 'access'?");
        assertTells(2, "millrace consume access -p 7 -e", "has no partition 7; it has 3, 0 to 2");
        assertTells(2, "millrace produce access -z zip </dev/null", "'zip' is no codec");
        assertTells(1, "echo nothing | millrace produce access -K :", "has no key delimiter ':'");
        assertTells(1, "echo '{' | millrace produce access --json", "line 1: ");
        assertTells(2, "millrace log verify nowhere", "There is no nowhere");
        assertTells(1, "echo x | millrace produce copy -q -p 1 && millrace consume copy -p 1 -n 1 > /dev/full", "No space left on device");
        assertTells(2, "millrace produce access access.log -p 7", "has no partition 7; it has 3, 0 to 2");
    }

    private void assertTells(int exitCode, String line, String part) {
        Shell.Result result = shell.run(line);
        assertEquals(exitCode, result.exitCode(), result::toString);
        assertTrue(result.err().contains(part), result::err);
    }
}
