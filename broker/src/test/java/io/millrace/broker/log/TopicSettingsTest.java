package io.millrace.broker.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Settings;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.compress.Compressor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;

class TopicSettingsTest {
    private static String refusal(String name, String value) {
        return assertThrows(InvalidSettingException.class, () -> TopicSettings.validate(Map.of(name, value)))
                .getMessage();
    }

    @Test
    void whatActsIsAcceptedWithinItsBounds() {
        TopicSettings.validate(Map.of("retention.ms", "-1", "segment.bytes", "1048576"));
        assertTrue(refusal("retention.ms", "-2").contains("at least -1"));
        assertTrue(refusal("segment.bytes", "x").contains("segment.bytes"));
        assertTrue(refusal("message.timestamp.type", "Mine").contains("LogAppendTime"));
    }

    @Test
    void whatDoesNotActIsRefusedUnlessItSaysWhatHoldsAnyway() {
        TopicSettings.validate(Map.of("remote.copy.lag.ms", "0", "remote.storage.enable", "false"));
        for (Map.Entry<String, String> setting : Map.of(
                        "remote.copy.lag.ms", "1000",
                        "preallocate", "true",
                        "remote.storage.enable", "true")
                .entrySet()) {
            assertTrue(
                    refusal(setting.getKey(), setting.getValue()).contains("does not act in this version"),
                    setting.toString());
        }
    }

    @Test
    void anUnknownNameBringsTheNearestKnownOne() {
        assertTrue(refusal("retention.m", "1").contains("did you mean retention.ms?"));
        assertFalse(refusal("qqqqqqqqqqq", "1").contains("did you mean"));
    }

    @Test
    void policiesAreCompactAndDeleteAndBoth() {
        LogConfig defaults = LogConfig.from(new Settings(Map.of()));
        LogConfig compact = defaults.withTopicOverrides(Map.of("cleanup.policy", "compact"));
        LogConfig both = defaults.withTopicOverrides(Map.of("cleanup.policy", "compact, delete"));
        TopicSettings.validate(Map.of("cleanup.policy", "compact,delete", "min.cleanable.dirty.ratio", "0.1"));

        assertFalse(defaults.compaction().isCompacting());
        assertTrue(compact.compaction().isCompacting());
        assertFalse(compact.isDeleting());
        assertTrue(both.compaction().isCompacting());
        assertTrue(both.isDeleting());
        assertTrue(refusal("cleanup.policy", "shrink").contains("compact, delete"));
    }

    @Test
    void ofThreeCopiesTwoMustBeInSyncUnlessSomebodySetsIt() {
        LogConfig unset = LogConfig.from(new Settings(Map.of()));
        assertEquals(1, unset.minInsyncReplicas(1));
        assertEquals(1, unset.minInsyncReplicas(2));
        assertEquals(2, unset.minInsyncReplicas(3));
        assertEquals(2, unset.minInsyncReplicas(5));
        LogConfig ofBroker = LogConfig.from(new Settings(Map.of("min.insync.replicas", "1")));
        assertEquals(1, ofBroker.minInsyncReplicas(3));
        assertEquals(
                3,
                ofBroker.withTopicOverrides(Map.of("min.insync.replicas", "3")).minInsyncReplicas(3));
        assertEquals(
                1, unset.withTopicOverrides(Map.of("min.insync.replicas", "1")).minInsyncReplicas(3));
        assertEquals(2, unset.withTopicOverrides(Map.of("retention.ms", "1")).minInsyncReplicas(3));
    }

    @Test
    void aSegmentOfACompactedTopicEndsBeforeItsRecordsAreOverdue() {
        LogConfig config = LogConfig.from(new Settings(Map.of("log.cleaner.max.compaction.lag.ms", "5000")));
        assertEquals(config.segmentMs(), config.rollMs());
        assertEquals(
                5000,
                config.withTopicOverrides(Map.of("cleanup.policy", "compact")).rollMs());
    }

    @Test
    void everyNameThatKafkasClientsKnowIsKnown() throws Exception {
        Map<String, String> unknown = new HashMap<>();
        for (var field : Arrays.stream(TopicConfig.class.getFields())
                .filter(field -> field.getName().endsWith("_CONFIG"))
                .toList()) {
            String name = (String) field.get(null);
            try {
                TopicSettings.validate(Map.of(name, "?"));
            } catch (InvalidSettingException e) {
                if (e.getMessage().contains("no such setting")) {
                    unknown.put(name, e.getMessage());
                }
            }
        }
        unknown.keySet().removeAll(Set.of("message.format.version", "message.downconversion.enable"));
        assertEquals(Map.of(), unknown);
    }

    @Test
    void theStrongestOfTheBrokersNamesGivesTheDefault() {
        assertEquals(604_800_000, LogConfig.from(new Settings(Map.of())).retentionMs());
        assertEquals(
                7_200_000,
                LogConfig.from(new Settings(Map.of("log.retention.hours", "2"))).retentionMs());
        assertEquals(
                -1,
                LogConfig.from(new Settings(Map.of("log.retention.hours", "-1")))
                        .retentionMs());
        Settings all =
                new Settings(Map.of("log.retention.hours", "2", "log.retention.minutes", "3", "log.retention.ms", "4"));
        assertEquals(4, LogConfig.from(all).retentionMs());
        assertEquals(
                "log.retention.ms",
                TopicSettings.RETENTION_MS.givenBy(all).orElseThrow().setting().name());
        assertEquals("4", TopicSettings.RETENTION_MS.defaultTextFrom(all));
    }

    @Test
    void aTopicsOwnSettingsGoBeforeTheBrokers() {
        LogConfig config = LogConfig.from(
                        new Settings(Map.of("log.segment.bytes", "2000000", "message.max.bytes", "9")))
                .withTopicOverrides(
                        Map.of("segment.bytes", "3000000", "message.timestamp.type", "LogAppendTime", "unknown", "x"));

        assertEquals(3_000_000, config.segmentBytes());
        assertEquals(9, config.maxMessageBytes());
        assertTrue(config.isLogAppendTime());
        assertTrue(config.isDeleting());
    }

    @Test
    void aTopicsCodecGoesWithTheLevelThatTheBrokerHasForIt() {
        LogConfig broker =
                LogConfig.from(new Settings(Map.of("compression.gzip.level", "7", "compression.zstd.level", "-5")));
        assertTrue(broker.compression().isProducers());
        assertEquals(
                Optional.of(new Compressor(Compression.GZIP, 7)),
                broker.withTopicOverrides(Map.of("compression.type", "gzip"))
                        .compression()
                        .compressor());
        assertEquals(
                Optional.of(new Compressor(Compression.GZIP, 2)),
                broker.withTopicOverrides(Map.of("compression.type", "gzip", "compression.gzip.level", "2"))
                        .compression()
                        .compressor());
        assertEquals(
                Optional.of(new Compressor(Compression.ZSTD, -5)),
                broker.withTopicOverrides(Map.of("compression.type", "zstd"))
                        .compression()
                        .compressor());
        assertEquals(
                Optional.of(Compressor.of(Compression.NONE)),
                LogConfig.from(new Settings(Map.of("compression.type", "uncompressed")))
                        .compression()
                        .compressor());
        assertEquals(
                Optional.empty(),
                LogConfig.from(new Settings(Map.of("compression.type", "lz4")))
                        .withTopicOverrides(Map.of("compression.type", "producer"))
                        .compression()
                        .compressor());
        assertTrue(refusal("compression.gzip.level", "0").contains("1 to 9"));
        refusal("compression.lz4.level", "18");
        refusal("compression.type", "brotli");
    }

    @Test
    void aBrokersDefaultThatDoesNotActIsRefused() {
        assertThrows(
                InvalidSettingException.class, () -> LogConfig.from(new Settings(Map.of("log.preallocate", "true"))));
    }

    @Test
    void aMirrorsSourceIsAClusterATopicAndItsId() {
        for (String good : List.of("", "c:t", "c:t:AAAAAAAAAAEAAAAAAAAAAg")) {
            TopicSettings.validate(Map.of("mirror.source", good));
            assertEquals(good, MirrorSource.parse(good).map(Object::toString).orElse(""));
        }
        String byOthers = "c:t:AAAAAAAAAAEAAAAAAAAAAg:a+b";
        TopicSettings.validate(Map.of("mirror.source", byOthers));
        assertEquals(MirrorSource.parse("c:t:AAAAAAAAAAEAAAAAAAAAAg"), MirrorSource.parse(byOthers));
        for (String bad : List.of(
                "c", "c:", ":t", "c:t:no id", "c:t:AAAAAAAAAAEAAAAAAAAAAg:", "c:t:AAAAAAAAAAEAAAAAAAAAAg:a:b")) {
            assertThrows(
                    InvalidSettingException.class, () -> TopicSettings.validate(Map.of("mirror.source", bad)), bad);
        }
    }
}
