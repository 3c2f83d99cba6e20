package io.millrace.tools.stream;

import io.millrace.client.admin.TopicDescription;
import io.millrace.client.producer.Acks;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.record.RecordHeader;
import io.millrace.tools.connect.Clients;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace produce}: sends what it reads to a topic. */
@Command(
        name = "produce",
        sortOptions = false,
        description = "Sends what it reads, a record per line, to a topic.",
        footer = {
            "",
            "Examples:",
            "  millrace produce access access.log -z lz4                a file, a record per line",
            "  echo hello | millrace produce access                     one record",
            "  printf 'k1:v1\\nk2:v2\\n' | millrace produce access -K :   with keys",
            "  echo hello | millrace produce access -k me -H from=shell -H n=1    a key and headers for all",
            "  echo '{\"key\":\"k\",\"value\":\"v\",\"headers\":{\"a\":\"b\"}}' | millrace produce access --json",
            "  millrace produce access photo.jpg --raw                  the whole file as one record",
            "  printf 'a\\0b\\0' | millrace produce access -D '\\0'        another delimiter than the end of a line",
            "",
            "Ctrl-C stops reading; what was read is sent, and it says what was acknowledged."
        })
public final class ProduceCommand implements Callable<Integer> {
    private static final int ANY = Integer.MIN_VALUE;
    private static final int BATCH = 256 << 10;
    private static final int LARGEST_RECORD = 1 << 20;

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "TOPIC", description = "where to send records")
    private String topic = "";

    @Parameters(index = "1..*", paramLabel = "FILE", description = "what to read; default standard input")
    private List<String> files = new ArrayList<>();

    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            description = "the key of all records that have none of their own")
    private List<String> key = new ArrayList<>();

    @Mixin
    private LineOptions lines;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "NAME=VALUE",
            description = "a header of all records; may be given again")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = {"-J", "--json"},
            description = "lines of JSON, as consume --json writes them; only key, value, headers, timestamp count")
    private boolean json;

    @Option(names = "--frames", description = "what consume --frames writes")
    private boolean frames;

    @Option(names = "--raw", description = "all of a file is one record")
    private boolean raw;

    @Option(
            names = "--create",
            paramLabel = "PARTITIONS",
            description = "creates the topic with so many partitions if it is not there")
    private int create;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "sends all to this partition; default by key, or evenly")
    private int partition = ANY;

    @Option(
            names = "--keep-partitions",
            description = "sends each record to the partition that --json or --frames says")
    private boolean keepPartitions;

    @Option(
            names = {"-z", "--compression"},
            paramLabel = "CODEC",
            description = "none, gzip, snappy, lz4 or zstd; default none")
    private String compression = "none";

    @Option(
            names = {"-a", "--acks"},
            paramLabel = "0|1|all",
            description = "who must have a record before it counts; default all")
    private String acks = "all";

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "ends after so many records")
    private long count = Long.MAX_VALUE;

    @Option(
            names = {"-q", "--quiet"},
            description = "says nothing if all is well")
    private boolean quiet;

    @Mixin
    private ClusterOptions clusters;

    ProduceCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        checkOptions();
        Sending.Common common = common();
        InputFiles inputs = InputFiles.of(files);
        ProducerConfig config = Clients.producer(clusters, this::wishes);
        LineForm form = lines.form();
        try (Cluster cluster = clusters.open(config.client())) {
            if (create != 0) {
                cluster.create(topic, create);
            }
            checkPartition(cluster.describe(List.of(topic)).get(0));
        }
        try (Producer producer = Producer.open(config)) {
            ProduceRun.Plan plan =
                    new ProduceRun.Plan(topic, inputs, in -> input(in, config.maxRequestSize(), form), count, quiet);
            return new ProduceRun(terminal, producer, common, plan).run();
        }
    }

    /** What is wrong with options shows before anything is sent. */
    private void checkOptions() {
        if ((json ? 1 : 0) + (frames ? 1 : 0) + (raw ? 1 : 0) > 1) {
            throw Failure.usage("--json, --frames and --raw exclude each other");
        }
        if ((json || frames || raw) && lines.areGiven()) {
            throw Failure.usage("--key-delimiter and --null are for lines; leave out --json, --frames and --raw");
        }
        if (keepPartitions && !json && !frames) {
            throw Failure.usage("--keep-partitions needs --json or --frames, which say of which partition a record is");
        }
        if (count < 0) {
            throw Failure.usage("--count is " + count + "; it must be 0 at least");
        }
    }

    private void checkPartition(TopicDescription described) {
        int there = described.partitions().size();
        if (partition != ANY && (partition < 0 || partition >= there)) {
            throw Failure.usage("Topic '" + topic + "' has no partition " + partition + "; it has " + there + ", 0 to "
                    + (there - 1));
        }
    }

    private ProducerConfig.Builder wishes(ProducerConfig.Builder builder) {
        Compression codec = Compression.named(compression.toLowerCase(Locale.ROOT))
                .orElseThrow(() ->
                        Failure.usage("'" + compression + "' is no codec; there are none, gzip, snappy, lz4 and zstd"));
        Acks wanted =
                switch (acks.toLowerCase(Locale.ROOT)) {
                    case "0", "none" -> Acks.NONE;
                    case "1", "leader" -> Acks.LEADER;
                    case "all", "-1" -> Acks.ALL;
                    default -> throw Failure.usage("'" + acks + "' are no acks; they are 0, 1 or all");
                };
        return builder.batchSize(BATCH)
                .maxRequestSize(LARGEST_RECORD)
                .compression(codec)
                .acks(wanted);
    }

    private Sending.Common common() {
        List<RecordHeader> all = new ArrayList<>();
        for (String header : headers) {
            int equals = header.indexOf('=');
            if (equals < 1) {
                throw Failure.usage("'" + header + "' is no header; write name=value");
            }
            all.add(RecordHeader.of(
                    header.substring(0, equals), header.substring(equals + 1).getBytes(StandardCharsets.UTF_8)));
        }
        byte[] fixed = key.isEmpty() ? new byte[0] : key.get(0).getBytes(StandardCharsets.UTF_8);
        return new Sending.Common(fixed, !key.isEmpty(), all, partition == ANY ? -1 : partition, keepPartitions);
    }

    private RecordInput input(ReadableByteChannel in, int most, LineForm form) {
        if (json) {
            return new JsonInput(new ByteSource(in, JsonInput.longestLine(most)));
        }
        ByteSource source = new ByteSource(in, most);
        if (frames) {
            return new FrameInput(source, most);
        }
        return raw ? new WholeInput(source) : new LineInput(source, form);
    }
}
