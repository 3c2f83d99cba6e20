package io.millrace.broker.log;

import static io.millrace.broker.log.TopicSetting.defaultedBy;
import static io.millrace.broker.log.TopicSetting.withoutEffect;

import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.NearestName;
import io.millrace.broker.config.Setting;
import io.millrace.broker.log.TopicSetting.BrokerKey;
import io.millrace.broker.quota.ThrottledReplicas;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every setting that a topic can have: those that act in this version, and those that Kafka has beside them. */
public final class TopicSettings {
    private static final long WEEK_MS = TimeUnit.DAYS.toMillis(7);
    private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);
    private static final long MINUTE_MS = TimeUnit.MINUTES.toMillis(1);

    static final TopicSetting<Long> RETENTION_MS = new TopicSetting<>(
            Setting.ofLong("retention.ms", WEEK_MS, -1, Long.MAX_VALUE, "Age at which segments go; -1: never"),
            List.of(
                    new BrokerKey(
                            Setting.ofLong("log.retention.ms", WEEK_MS, -1, Long.MAX_VALUE, "As retention.ms"), 1),
                    new BrokerKey(
                            Setting.ofInt("log.retention.minutes", 10080, -1, Integer.MAX_VALUE, "In minutes"),
                            MINUTE_MS),
                    new BrokerKey(
                            Setting.ofInt("log.retention.hours", 168, -1, Integer.MAX_VALUE, "In hours"), HOUR_MS)),
            true);
    static final TopicSetting<Long> RETENTION_BYTES = defaultedBy(
            Setting.ofLong("retention.bytes", -1, -1, Long.MAX_VALUE, "Bytes of a partition to keep; -1: all"),
            "log.retention.bytes");
    static final TopicSetting<Integer> SEGMENT_BYTES = defaultedBy(
            Setting.ofInt("segment.bytes", 1 << 30, 14, Integer.MAX_VALUE, "Largest size of a segment file"),
            "log.segment.bytes");
    static final TopicSetting<Long> SEGMENT_MS = new TopicSetting<>(
            Setting.ofLong("segment.ms", WEEK_MS, 1, Long.MAX_VALUE, "Age at which a new segment is begun"),
            List.of(
                    new BrokerKey(Setting.ofLong("log.roll.ms", WEEK_MS, 1, Long.MAX_VALUE, "As segment.ms"), 1),
                    new BrokerKey(Setting.ofInt("log.roll.hours", 168, 1, Integer.MAX_VALUE, "In hours"), HOUR_MS)),
            true);
    static final TopicSetting<Long> SEGMENT_JITTER_MS = new TopicSetting<>(
            Setting.ofLong("segment.jitter.ms", 0, 0, Long.MAX_VALUE, "Up to so much earlier, by chance"),
            List.of(
                    new BrokerKey(
                            Setting.ofLong("log.roll.jitter.ms", 0, 0, Long.MAX_VALUE, "As segment.jitter.ms"), 1),
                    new BrokerKey(
                            Setting.ofInt("log.roll.jitter.hours", 0, 0, Integer.MAX_VALUE, "In hours"), HOUR_MS)),
            true);
    static final TopicSetting<Integer> SEGMENT_INDEX_BYTES = defaultedBy(
            Setting.ofInt("segment.index.bytes", 10 << 20, 4, Integer.MAX_VALUE, "Largest size of an index file"),
            "log.index.size.max.bytes");
    static final TopicSetting<Integer> INDEX_INTERVAL_BYTES = defaultedBy(
            Setting.ofInt("index.interval.bytes", 4096, 0, Integer.MAX_VALUE, "Bytes between two index entries"),
            "log.index.interval.bytes");
    static final TopicSetting<Long> FILE_DELETE_DELAY_MS = defaultedBy(
            Setting.ofLong("file.delete.delay.ms", MINUTE_MS, 0, Long.MAX_VALUE, "From renaming a file to removing it"),
            "log.segment.delete.delay.ms");
    static final TopicSetting<Integer> MAX_MESSAGE_BYTES = defaultedBy(
            Setting.ofInt("max.message.bytes", 1048588, 0, Integer.MAX_VALUE, "Largest size of a batch"),
            "message.max.bytes");
    static final TopicSetting<String> MESSAGE_TIMESTAMP_TYPE = defaultedBy(
            Setting.ofWord(
                    "message.timestamp.type",
                    "CreateTime",
                    List.of("CreateTime", "LogAppendTime"),
                    "Whose time records have: the producer's or the broker's"),
            "log.message.timestamp.type");
    static final TopicSetting<Long> TIMESTAMP_BEFORE_MAX_MS = defaultedBy(
            Setting.ofLong(
                    "message.timestamp.before.max.ms", Long.MAX_VALUE, 0, Long.MAX_VALUE, "How old a record may be"),
            "log.message.timestamp.before.max.ms");
    static final TopicSetting<Long> TIMESTAMP_AFTER_MAX_MS = defaultedBy(
            Setting.ofLong(
                    "message.timestamp.after.max.ms", HOUR_MS, 0, Long.MAX_VALUE, "How far in the future it may be"),
            "log.message.timestamp.after.max.ms");
    static final TopicSetting<Long> FLUSH_MESSAGES = defaultedBy(
            longSetting(
                    "flush.messages", Long.MAX_VALUE, 1, "Records after which a flush begins; 1: before the answer"),
            "log.flush.interval.messages");
    static final Setting<Long> FLUSH_CHECK_MS = longSetting(
            "log.flush.scheduler.interval.ms", Long.MAX_VALUE, 1, "Between two checks of flush.ms; a second at most");
    static final TopicSetting<Long> FLUSH_MS = new TopicSetting<>(
            longSetting("flush.ms", Long.MAX_VALUE, 0, "Time from one flush to the next"),
            List.of(
                    new BrokerKey(longSetting("log.flush.interval.ms", Long.MAX_VALUE, 0, "As flush.ms"), 1),
                    new BrokerKey(FLUSH_CHECK_MS, 1)),
            true);
    static final TopicSetting<Integer> MIN_INSYNC_REPLICAS = defaultedBy(
            Setting.ofInt(
                    "min.insync.replicas",
                    1,
                    1,
                    Integer.MAX_VALUE,
                    "Replicas in sync that acks=all asks for; unset: 2 where there are three or more, else 1"),
            "min.insync.replicas");
    static final TopicSetting<List<String>> CLEANUP_POLICY = defaultedBy(
            Setting.ofWords("cleanup.policy", List.of("delete"), List.of("compact", "delete"), "What old records meet"),
            "log.cleanup.policy");
    static final TopicSetting<Long> DELETE_RETENTION_MS = defaultedBy(
            Setting.ofLong(
                    "delete.retention.ms",
                    TimeUnit.DAYS.toMillis(1),
                    0,
                    Long.MAX_VALUE,
                    "How long after compaction a tombstone stays"),
            "log.cleaner.delete.retention.ms");
    static final TopicSetting<Long> MIN_COMPACTION_LAG_MS = defaultedBy(
            Setting.ofLong(
                    "min.compaction.lag.ms", 0, 0, Long.MAX_VALUE, "Records younger than this are not compacted"),
            "log.cleaner.min.compaction.lag.ms");
    static final TopicSetting<Long> MAX_COMPACTION_LAG_MS = defaultedBy(
            Setting.ofLong(
                    "max.compaction.lag.ms",
                    Long.MAX_VALUE,
                    1,
                    Long.MAX_VALUE,
                    "Records older than this are compacted whatever their share"),
            "log.cleaner.max.compaction.lag.ms");
    static final TopicSetting<Double> MIN_CLEANABLE_DIRTY_RATIO = defaultedBy(
            Setting.ofDouble("min.cleanable.dirty.ratio", 0.5, 0, 1, "Share of new bytes that makes a compaction due"),
            "log.cleaner.min.cleanable.ratio");
    static final TopicSetting<String> COMPRESSION_TYPE = defaultedBy(
            Setting.ofWord(
                    "compression.type",
                    "producer",
                    List.of("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"),
                    "How batches are stored: with this codec, or as the producer sent them"),
            "compression.type");
    static final TopicSetting<Integer> GZIP_LEVEL = defaultedBy(
            Setting.ofInt("compression.gzip.level", -1, -1, 9, "Of batches that are stored with compression.type=gzip")
                    .where(level -> level != 0, "1 to 9, or -1 for the usual one"),
            "compression.gzip.level");
    static final TopicSetting<Integer> LZ4_LEVEL = defaultedBy(
            Setting.ofInt("compression.lz4.level", 9, 1, 17, "Of batches that are stored with compression.type=lz4"),
            "compression.lz4.level");
    static final TopicSetting<Integer> ZSTD_LEVEL = defaultedBy(
            Setting.ofInt(
                    "compression.zstd.level", 3, -131072, 22, "Of batches that are stored with compression.type=zstd"),
            "compression.zstd.level");
    /** Acts in the replica room; stands here since topics have it. */
    public static final TopicSetting<Boolean> UNCLEAN_LEADER_ELECTION = defaultedBy(
            Setting.ofBoolean(
                            "unclean.leader.election.enable",
                            false,
                            "Whether a replica that is not in sync may lead when no other is left; what it lacks is lost"
                                    + " then")
                    .changeable(),
            "unclean.leader.election.enable");

    /** Acts in the replica room; which replicas the follower's replication quota holds back. */
    public static final TopicSetting<List<String>> FOLLOWER_THROTTLED =
            throttled("follower.replication.throttled.replicas", "Replicas that are held back where they follow");

    /** Acts in the replica room; whose leaders the leader's replication quota holds back. */
    public static final TopicSetting<List<String>> LEADER_THROTTLED =
            throttled("leader.replication.throttled.replicas", "Replicas that are held back where they lead");

    /** Acts in the replica room. */
    static final TopicSetting<String> MIRROR_SOURCE = new TopicSetting<>(
            Setting.ofString(
                            "mirror.source",
                            "",
                            "The topic of another cluster that this one is a mirror of, and takes records from only:"
                                    + " cluster id:topic:topic id; empty: takes producers")
                    .where(MirrorSource::isValid, "cluster id:topic:topic id, maybe with :cluster ids, or nothing"),
            List.of(),
            true);

    static final TopicSetting<Boolean> PREALLOCATE = defaultedBy(
            Setting.ofBoolean("preallocate", false, "Whether files are made in full size")
                    .where(value -> !value, "false; preallocation does not act in this version"),
            "log.preallocate");

    private static final List<TopicSetting<?>> ACTING = List.of(
            CLEANUP_POLICY,
            GZIP_LEVEL,
            LZ4_LEVEL,
            COMPRESSION_TYPE,
            ZSTD_LEVEL,
            DELETE_RETENTION_MS,
            FILE_DELETE_DELAY_MS,
            FLUSH_MESSAGES,
            FLUSH_MS,
            FOLLOWER_THROTTLED,
            INDEX_INTERVAL_BYTES,
            LEADER_THROTTLED,
            MAX_COMPACTION_LAG_MS,
            MAX_MESSAGE_BYTES,
            TIMESTAMP_AFTER_MAX_MS,
            TIMESTAMP_BEFORE_MAX_MS,
            MESSAGE_TIMESTAMP_TYPE,
            MIN_CLEANABLE_DIRTY_RATIO,
            MIN_COMPACTION_LAG_MS,
            MIN_INSYNC_REPLICAS,
            MIRROR_SOURCE,
            PREALLOCATE,
            RETENTION_BYTES,
            RETENTION_MS,
            SEGMENT_BYTES,
            SEGMENT_INDEX_BYTES,
            SEGMENT_JITTER_MS,
            SEGMENT_MS,
            UNCLEAN_LEADER_ELECTION);

    private static final List<TopicSetting<?>> WITHOUT_EFFECT = List.of(
            withoutEffect(Setting.ofBoolean("errors.deadletterqueue.group.enable", false, "Share groups")),
            withoutEffect(longSetting("local.retention.bytes", -2, -2, "Tiered storage")),
            withoutEffect(longSetting("local.retention.ms", -2, -2, "Tiered storage")),
            withoutEffect(Setting.ofInt(
                    "max.decompressed.message.bytes", 2147483639, 1, 2147483639, "Largest size, decompressed")),
            withoutEffect(longSetting("remote.copy.lag.bytes", -1, -1, "Tiered storage")),
            withoutEffect(longSetting("remote.copy.lag.ms", 0, -1, "Tiered storage")),
            withoutEffect(Setting.ofBoolean("remote.log.copy.disable", false, "Tiered storage")),
            withoutEffect(Setting.ofBoolean("remote.log.delete.on.disable", false, "Tiered storage")),
            withoutEffect(Setting.ofBoolean("remote.storage.enable", false, "Tiered storage")));

    private static final Map<String, TopicSetting<?>> BY_NAME = Stream.concat(ACTING.stream(), WITHOUT_EFFECT.stream())
            .collect(Collectors.toUnmodifiableMap(TopicSetting::name, Function.identity()));

    private TopicSettings() {}

    /** Those that act, in the order of their names: what DescribeConfigs shows. */
    public static List<TopicSetting<?>> acting() {
        return ACTING;
    }

    /**
     * What {@code min.insync.replicas} is where nobody has set it. With three copies two are asked for, so that the loss of
     * any one broker loses nothing; with two copies that would stop producers whenever one broker is away.
     */
    public static int minInsyncReplicas(int copies) {
        return copies >= 3 ? 2 : 1;
    }

    /** The built-in default of a setting, for a topic with so many copies. */
    public static String builtIn(TopicSetting<?> setting, int copies) {
        return setting.name().equals(MIN_INSYNC_REPLICAS.name())
                ? MIN_INSYNC_REPLICAS.setting().format(minInsyncReplicas(copies))
                : setting.builtInText();
    }

    /** The broker's settings that give topics their defaults. */
    public static List<Setting<?>> ofBroker() {
        return ACTING.stream()
                .flatMap(setting -> setting.brokerKeys().stream())
                .<Setting<?>>map(BrokerKey::setting)
                .toList();
    }

    /**
     * Whether a topic can have these settings: all of them known, allowed, and either acting or as if not given.
     *
     * @throws InvalidSettingException for the first that cannot be
     */
    public static void validate(Map<String, String> overrides) {
        overrides.forEach(TopicSettings::validate);
    }

    private static void validate(String name, String value) {
        TopicSetting<?> known = BY_NAME.get(name);
        if (known == null) {
            String nearest = NearestName.of(name, BY_NAME.keySet())
                    .map(near -> "; did you mean " + near + "?")
                    .orElse("");
            throw new InvalidSettingException(name, value, "topics have no such setting" + nearest);
        }
        Object parsed = known.setting().parse(value);
        if (!known.acts() && !parsed.equals(known.setting().defaultValue())) {
            throw new InvalidSettingException(name, value, name + "=" + value + " does not act in this version");
        }
    }

    private static TopicSetting<List<String>> throttled(String name, String doc) {
        Setting<List<String>> setting = Setting.ofList(name, List.of(), doc)
                .where(ThrottledReplicas::areNamedBy, "*, or a list of partition:broker");
        return new TopicSetting<>(setting, List.of(), true);
    }

    private static Setting<Long> longSetting(String name, long defaultValue, long min, String doc) {
        return Setting.ofLong(name, defaultValue, min, Long.MAX_VALUE, doc);
    }
}
