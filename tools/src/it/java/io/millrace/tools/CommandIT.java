package io.millrace.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.admin.Admin;
import io.millrace.client.admin.CommittedOffset;
import io.millrace.client.admin.NewTopic;
import io.millrace.client.consumer.Consumer;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.consumer.OffsetReset;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerRecord;
import io.millrace.protocol.TopicPartition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All verbs that ask and change a cluster, held to three real brokers: every example of every help text, and bad input. */
final class CommandIT {
    /** Verbs with tests of their own. */
    static final Set<String> ELSEWHERE = Set.of(
            "start", "zookeeper", "simulate", "VERB", "mirror", "produce", "consume", "topic tail", "log", "perf"); // StreamIT

    @TempDir
    private static Path directory;

    private static ThreeBrokers cluster;
    private static Admin admin;
    private static Prompt prompt;

    @BeforeAll
    static void start() throws IOException {
        cluster = ThreeBrokers.start(directory);
        admin = Admin.open(ClientConfig.of(cluster.bootstrap()));
        prompt = Prompt.in(directory)
                .with("MILLRACE_BOOTSTRAP", cluster.bootstrap())
                .with("MILLRACE_TIMEOUT", "60s")
                .with("MILLRACE_CONFIG", directory.resolve("config").toString());
        Awaitility.await().until(() -> admin.describeCluster()
                        .toCompletableFuture()
                        .join()
                        .get()
                        .nodes()
                        .size()
                == 3);
    }

    @AfterAll
    static void stop() throws IOException {
        if (admin != null) {
            admin.close();
        }
        cluster.close();
    }

    /** What the examples speak of: three topics, records in one, and a group that has read some of them. */
    @BeforeEach
    void makeWhatIsMissing() {
        Set<String> there =
                admin.listTopics().toCompletableFuture().join().get().keySet();
        for (String topic : List.of("orders", "payments", "refunds")) {
            if (!there.contains(topic)) {
                admin.createTopics(NewTopic.of(topic, 3, 2))
                        .toCompletableFuture()
                        .join()
                        .get(topic)
                        .get();
            }
        }
        if (!there.contains("orders")) {
            produce("orders", 300);
        }
        Awaitility.await()
                .ignoreExceptionsInstanceOf(MillraceException.class)
                .until(() -> admin.alterGroupOffsets(
                                "billing",
                                Map.of(new TopicPartition("orders", 0), CommittedOffset.of(10)))
                        .toCompletableFuture()
                        .join()
                        .values()
                        .iterator()
                        .next()
                        .isSuccess());
    }

    private static void produce(String topic, int records) {
        try (Producer producer = Producer.open(ClientConfig.of(cluster.bootstrap()))) {
            for (int i = 0; i < records; i++) {
                producer.send(ProducerRecord.builder(topic)
                        .partition(i % 3)
                        .value("record " + i)
                        .build());
            }
            producer.flush().toCompletableFuture().join();
        }
    }

    private static Prompt.Result done(String line) {
        Prompt.Result result = prompt.run(line);
        assertEquals(0, result.code(), () -> line + "\n" + result.out() + result.err());
        return result;
    }

    private static Prompt.Result refused(int code, String line, String said) {
        Prompt.Result result = prompt.run(line);
        assertEquals(code, result.code(), () -> line + "\n" + result.out() + result.err());
        assertEquals(1, result.err().lines().count(), result::err);
        assertTrue(result.err().contains(said), result::err);
        return result;
    }

    @Test
    void everyExampleOfEveryHelpTextWorks() {
        List<String> failed = new ArrayList<>();
        for (String example : Examples.all(ELSEWHERE)) {
            makeWhatIsMissing();
            String line = example.replace("kafka1:9092", cluster.address(1))
                    .replace("before.", directory.resolve("before.").toString());
            Prompt.Result result = prompt.run(line);
            if (result.code() != 0) {
                failed.add(example + ": " + result.code() + " " + result.out() + result.err());
            }
        }
        assertEquals(List.of(), failed);
    }

    @Test
    void topicsAreDescribedForProgramsAndForPeople() {
        Map<String, Object> topic = prompt.run("topic describe orders -o json").rows().get(0);
        assertEquals("orders", topic.get("topic"));
        assertEquals(300L, topic.get("offsets"));
        @SuppressWarnings("unchecked")
        Map<String, Object> partition = ((List<Map<String, Object>>) topic.get("partitions")).get(0);
        assertEquals(
                List.of("partition", "leader", "leaderEpoch", "replicas", "inSync", "offline", "start", "end", "bytes",
                        "lag"),
                List.copyOf(partition.keySet()));
        assertTrue(done("topic list").out().lines().anyMatch(line -> line.matches("orders +3 +2 +0 +0")));
        assertTrue(done("topic list 'pay*' -o yaml").out().startsWith("- topic: payments\n  partitions: 3\n"));
    }

    @Test
    void aTopicLivesAndDies() {
        assertEquals(
                "Would create topic 'lives' with 3 partitions, 2 replicas each\n",
                done("topic create lives -p 3 -r 2 --dry-run").out());
        done("topic create lives -p 3 -r 2 --set retention.ms=1000000");
        assertTrue(refused(1, "topic create lives", "already exists").out().isEmpty());
        done("topic create lives --if-not-exists");
        done("topic add-partitions lives --by 2");
        Awaitility.await().until(() -> prompt.run("topic list lives -o json").rows().stream()
                .anyMatch(row -> row.get("partitions").equals(5L)));
        done("topic alter lives --unset retention.ms --set cleanup.policy=compact");
        assertTrue(done("config get topic lives").out().lines().skip(1).findFirst().orElse("").startsWith("cleanup.policy"));
        Prompt.Result kept = prompt.typing("n\n").run("topic delete lives");
        assertEquals(1, kept.code());
        assertTrue(kept.err().contains("Delete lives"), kept::err);
        assertEquals(0, prompt.typing("y\n").run("topic delete lives").code());
        Awaitility.await().until(() -> prompt.run("topic describe lives").code() == 1);
    }

    @Test
    void whatIsNotThereIsNamedWithWhatWasLikelyMeant() {
        refused(1, "topic describe ordres", "did you mean 'orders'?");
        refused(1, "topic delete ordres --yes", "did you mean 'orders'?");
        refused(1, "group describe biling", "did you mean 'billing'?");
        refused(1, "config get topic orders retention.m", "did you mean 'retention.ms'?");
        refused(1, "config set topic orders retention.mss=1", "did you mean 'retention.ms'?");
        refused(1, "broker describe 7", "those that are up: [1, 2, 3]");
        refused(2, "topic lst", "did you mean 'list'?");
        refused(2, "tpoic list", "did you mean 'topic'?");
        refused(2, "topic list --szies", "did you mean '--sizes'?");
        refused(2, "topic list -o xml", "table, json or yaml");
        refused(2, "topic list --cluster nowhere", "millrace profile set nowhere");
        refused(2, "group seek billing --to-time=yesterday", "is no time");
        refused(2, "partition reassign --plan missing.json", "there is no such file");
    }

    @Test
    void aClusterThatIsNotThereIsToldAtOnceAndHalfOfOneIsEnough() {
        refused(1, "topic list -b 127.0.0.1:1", "Cannot reach 127.0.0.1:1 (connection refused)");
        refused(1, "topic list -b no-such-host.invalid:9092", "unknown host");
        done("topic list -b 127.0.0.1:1," + cluster.address(2));
        Prompt.Result doctor = prompt.run("cluster doctor -o json -b 127.0.0.1:1," + cluster.address(2));
        assertEquals(1, doctor.code());
        assertEquals(false, doctor.sheet().get("reachable"));
    }

    @Test
    void aGroupIsMovedOnlyWhileNobodyReads() throws IOException {
        Map<String, Object> described = prompt.run("group describe billing -o json").rows().get(0);
        assertEquals(90L, described.get("lag"));
        assertTrue((Long) described.get("lagMs") > 0, described::toString);
        Path before = directory.resolve("seek.csv");
        done("group seek billing --topic orders:0 --shift=-4 --save " + before + " --execute");
        assertEquals(List.of("orders,0,10"), Files.readAllLines(before));
        assertEquals(94L, prompt.run("group describe billing -o json").rows().get(0).get("lag"));
        assertEquals(
                10L,
                prompt.run("group seek billing --file " + before + " -o json").rows().get(0).get("newPosition"));

        ConsumerConfig reading = ConsumerConfig.builder(ClientConfig.of(cluster.bootstrap()))
                .groupId("busy")
                .offsetReset(OffsetReset.EARLIEST)
                .build();
        try (Consumer consumer = Consumer.open(reading)) {
            consumer.subscribe("orders");
            Awaitility.await().until(() -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
            consumer.commit();
            refused(1, "group seek busy --to-earliest --execute", "is active with 1 member");
            refused(1, "group delete busy --yes", "is active");
            refused(1, "kafka-consumer-groups --reset-offsets --group busy --all-topics --to-earliest", "is active");
        }
    }

    @Test
    void aDrainedBrokerLeadsNothingAndBalanceGivesItWorkAgain() {
        done("broker drain 2 --execute");
        Awaitility.await().until(() -> leaders(2) == 0);
        assertEquals(0, prompt.run("cluster health").code());
        done("partition balance --execute");
        Awaitility.await().until(() -> leaders(2) > 0);
        assertEquals(0L, prompt.run("partition balance -o json").sheet().get("moves"));
    }

    private static long leaders(int broker) {
        return (Long) prompt.run("broker list -o json").rows().get(broker - 1).get("leaders");
    }

    @Test
    void replicasMoveAndThePlanIsKeptForTheWayBack() {
        Path undo = directory.resolve("undo.json");
        done("topic create moved -p 3 -r 2");
        done("partition reassign moved --brokers 3 -r 1 --undo " + undo + " --execute");
        assertTrue(done("kafka-topics --describe --topic moved").out().contains("Leader: 3\tReplicas: 3\tIsr: 3"));
        done("partition reassign --plan " + undo + " --execute");
        assertFalse(done("kafka-topics --describe --topic moved").out().matches("(?s).*(Leader: 3.*){3}"));
    }

    /** A broker that stands still holds a move up for as long as it takes to break the waiting off, and to take it back. */
    @Test
    void aMoveIsBrokenOffLookedAtAndTakenBack() throws IOException, InterruptedException {
        int home = admin.describeCluster().toCompletableFuture().join().get().controller().orElseThrow();
        int still = home == 3 ? 2 : 3;
        done("topic create held -p 1 -r 1");
        done("partition reassign held --brokers " + home + " --execute");
        Path plan = Files.writeString(
                directory.resolve("plan.json"),
                "{\"version\":1,\"partitions\":[{\"topic\":\"held\",\"partition\":0,\"replicas\":[" + home + "," + still
                        + "]}]}");
        // what is asked of any broker may be asked of the one that does not answer
        String at = " -X request.timeout.ms=2000 -b " + cluster.address(home);
        // makes the launcher's archive of classes, if it is not there: later it would take the time of the broker's session
        assertEquals(
                0,
                new ProcessBuilder(ThreeBrokers.launcher().toString(), "completion", "bash")
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor());
        cluster.signal(still, "STOP");
        try {
            Path err = directory.resolve("reassign.err");
            Process process = new ProcessBuilder(
                            ("env --default-signal=INT " + ThreeBrokers.launcher()
                                            + " partition reassign --execute --timeout 5s --plan " + plan + at)
                                    .split(" "))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(err.toFile())
                    .start();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> moves(" held", at) == 1 || !process.isAlive());
            ThreeBrokers.signal(process, "INT");
            assertEquals(130, process.waitFor(), () -> "reassign");
            assertTrue(Files.readString(err).contains("Moves that have begun go on"), Files.readString(err));

            assertEquals(0, moves(" orders", at));
            done("partition reassign orders --cancel --execute" + at);
            done("partition reassign held --cancel" + at);
            done("partition reassign held --cancel --execute --dry-run" + at);
            assertEquals(1, moves("", at));
            assertTrue(done("partition reassign held --cancel --execute" + at).out().contains("cancelled"));
            assertEquals(0, moves("", at));
        } finally {
            cluster.signal(still, "CONT");
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> prompt.run("cluster health").code() == 0
                        && prompt.run("broker list -o json").rows().size() == 3);
        done("topic delete held --yes"); // of one replica, with which its broker could not be drained
    }

    private static int moves(String topic, String at) {
        return prompt.run("partition reassign --status -o json" + at + topic).rows().size();
    }

    @Test
    void wordsOfKafkasScriptsAreUnderstood() {
        String address = " --bootstrap-server " + cluster.address(1);
        assertTrue(done("kafka-topics --list" + address).out().contains("orders\n"));
        assertEquals(
                "Created topic wrapped.\n",
                done("kafka-topics --create --topic wrapped --partitions 2 --replication-factor 2" + address).out());
        assertTrue(done("kafka-topics --describe --topic wrapped").out().matches(
                "(?s)Topic: wrapped\tTopicId: \\S+\tPartitionCount: 2\tReplicationFactor: 2\tConfigs: .*"));
        assertEquals(
                "Completed updating config for topic wrapped.\n",
                done("kafka-configs --alter --entity-type topics --entity-name wrapped --add-config"
                                + " retention.ms=5000,cleanup.policy=[compact,delete]")
                        .out());
        assertTrue(done("kafka-configs --describe --topic wrapped").out().contains("retention.ms=5000 sensitive=false"));
        done("kafka-topics --delete --topic wrapped");
        assertTrue(done("kafka-consumer-groups --list").out().contains("billing\n"));
        assertTrue(done("kafka-consumer-groups --describe --group billing").out().contains("no active members"));
        assertTrue(done("kafka-consumer-groups --reset-offsets --group billing --topic orders:0 --to-earliest --dry-run")
                .out()
                .lines()
                .anyMatch(line -> line.matches("billing +orders +0 +0")));
    }

    @Test
    void rarerWordsOfKafkasScriptsAreUnderstoodToo() throws IOException {
        assertEquals("", done("kafka-topics --create --topic orders --if-not-exists").out());
        assertEquals("", done("kafka-topics --describe --under-replicated-partitions --exclude-internal").out());
        assertEquals("", done("kafka-topics --describe --topic orders --under-min-isr-partitions").out());
        assertEquals(
                0, done("kafka-topics --describe --topic orders --at-min-isr-partitions").out().lines().count());
        done("topic create overridden -p 1 -r 2 --set retention.ms=7000");
        assertTrue(done("kafka-topics --describe --topics-with-overrides").out().matches(
                "(?s).*Topic: overridden\t[^\n]*retention.ms=7000\n.*"));
        done("kafka-topics --create --topic assigned --replica-assignment 2:3,3:1");
        assertTrue(done("kafka-topics --describe --topic assigned").out().contains("Replicas: 3,1"));

        assertTrue(done("kafka-consumer-groups --list --state").out().matches("(?s)GROUP +STATE\n.*billing +Empty\n.*"));
        assertTrue(done("kafka-consumer-groups --describe --all-groups --state --timeout 20000").out().contains("Empty"));
        assertTrue(done("kafka-consumer-groups --describe --group billing --members --verbose").out().contains("ASSIGNMENT"));
        String reset = "kafka-consumer-groups --reset-offsets --group billing ";
        assertEquals("orders,0,12\n", done(reset + "--topic orders:0 --shift-by 2 --export").out());
        // where nothing was committed
        assertTrue(done(reset.replace("billing", "newcomers") + "--topic orders:1 --to-current").out().matches("(?s).*newcomers +orders +1 +100\n"));
        refused(1, reset.replace("billing", "newcomers") + "--topic orders:1 --shift-by 2", "Cannot shift the position of orders-1");
        done("kafka-consumer-groups --delete-offsets --group billing --topic orders:0");

        Path file = Files.writeString(directory.resolve("add.properties"), "retention.ms=8000\ncleanup.policy=compact\n");
        done("kafka-configs --alter --entity-type topics --entity-name overridden --add-config-file " + file);
        assertTrue(done("kafka-configs --describe --entity-type topics").out().contains("retention.ms=8000 "));
        assertTrue(done("kafka-configs --describe --broker 1 --all").out().contains("log.dirs="));
        done("kafka-configs --describe --entity-type brokers --entity-default");
        String loggers = "kafka-configs --entity-type broker-loggers --entity-name 1 ";
        done(loggers + "--alter --add-config io.millrace.broker.replica=DEBUG");
        assertTrue(done(loggers + "--describe").out().contains("  io.millrace.broker.replica=DEBUG "));
        done("config unset loggers 1 io.millrace.broker.replica");
        refused(2, "kafka-configs --describe --entity-type users --entity-name x", "for quotas of users");
    }

    @Test
    void shellsAreToldNamesAndNothingWhenThereIsNobody() {
        assertEquals("orders\n", done("complete -- topic describe ord").out());
        assertEquals("billing\n", done("complete -- group seek bi").out());
        assertEquals("describe\n", done("complete -- topic des").out());
        assertTrue(done("complete -- topic list --s").out().contains("--sizes"));
        assertEquals("--output=json\n", done("complete -- topic list --output=j").out());
        Prompt.Result nobody = prompt.run("complete -- topic describe -b 127.0.0.1:1 o");
        assertEquals("", nobody.out() + nobody.err());
    }

    /** A bash at a terminal, in which somebody presses the tab key. */
    @Test
    void bashFinishesNamesThatTheClusterKnows() throws IOException, InterruptedException {
        String at = " -b " + cluster.address(1);
        String typed = "PS1=; PATH=" + ThreeBrokers.launcher().toAbsolutePath().normalize().getParent() + ":$PATH\n"
                + "source <(millrace completion bash)\n"
                + "millrace topic describe" + at + " ord\t\n"
                + "millrace group describe bil\t" + at + "\n"
                + "millrace topic list --output=j\t" + at + "\n"
                + "exit\n";
        ProcessBuilder builder = new ProcessBuilder("script", "-qec", "bash --norc --noprofile -i", "/dev/null")
                .redirectErrorStream(true)
                .redirectInput(Files.writeString(directory.resolve("typed"), typed).toFile());
        builder.environment().put("MILLRACE_BOOTSTRAP", cluster.bootstrap());
        builder.environment().put("TERM", "dumb");
        Process bash = builder.start();
        String seen = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, bash.waitFor(), seen);
        assertTrue(seen.matches("(?s).*Topic +orders\\s.*"), seen);
        assertTrue(seen.matches("(?s).*Group +billing\\s.*"), seen);
        assertTrue(seen.contains("\"topic\" : \"payments\""), seen);
    }

    @Test
    void theLauncherRunsItAsAProcess() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        ThreeBrokers.launcher().toString(), "topic", "list", "-b", cluster.address(1))
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), out);
        assertTrue(out.contains("orders"), out);
        Process wrapper = new ProcessBuilder(
                        ThreeBrokers.launcher().resolveSibling("bin/kafka-topics.sh").toString(),
                        "--list",
                        "--bootstrap-server",
                        cluster.address(1))
                .start();
        assertTrue(new String(wrapper.getInputStream().readAllBytes(), StandardCharsets.UTF_8).contains("orders\n"));
        assertEquals(0, wrapper.waitFor());
        Process help = new ProcessBuilder(ThreeBrokers.launcher().toString(), "--help").start();
        String told = new String(help.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, help.waitFor());
        IntStream.range(0, Verbs.ALL.size()).forEach(i -> assertTrue(told.contains("  " + Verbs.ALL.get(i)), told));
        Process wrong = new ProcessBuilder(ThreeBrokers.launcher().toString(), "strat").start();
        assertEquals(2, wrong.waitFor());
    }
}
