package io.millrace.broker.group;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.broker.group.GroupRecord.GroupRemoved;
import io.millrace.broker.group.GroupRecord.GroupStored;
import io.millrace.broker.group.GroupRecord.OffsetRemoved;
import io.millrace.broker.group.GroupRecord.OffsetStored;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import io.millrace.protocol.message.GroupMetadataValue;
import io.millrace.protocol.message.OffsetCommitKey;
import io.millrace.protocol.message.OffsetCommitValue;
import io.millrace.protocol.wire.MalformedMessageException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OffsetsTopicFormatTest {
    private static final TopicPartition AT = new TopicPartition("t", 3);

    private final OffsetsTopicFormat format = new OffsetsTopicFormat();

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return HexFormat.of().formatHex(copy);
    }

    private Optional<GroupRecord> readBack(GroupRecord record) {
        return format.read(format.key(record), format.value(record));
    }

    private static OffsetStored stored(long expireMs, Uuid topicId) {
        return new OffsetStored("g", AT, new CommittedOffset(7, expireMs < 0 ? 5 : -1, "m", 1_000, expireMs, topicId));
    }

    private static GroupStored group() {
        return new GroupStored(
                "g",
                new GroupMetadataValue(
                        "consumer",
                        4,
                        "range",
                        "m1",
                        99,
                        List.of(
                                new GroupMetadataValue.Member(
                                        "m1",
                                        "i1",
                                        "c",
                                        "/h",
                                        60_000,
                                        10_000,
                                        GroupHouse.bytes("s"),
                                        GroupHouse.bytes("a")),
                                new GroupMetadataValue.Member(
                                        "m2",
                                        null,
                                        "c",
                                        "/h",
                                        60_000,
                                        10_000,
                                        GroupHouse.bytes(""),
                                        GroupHouse.bytes("")))));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        for (GroupRecord record : List.of(
                stored(-1, Uuid.ZERO),
                stored(-1, new Uuid(1, 2)),
                stored(5_000, Uuid.ZERO),
                new OffsetRemoved("g", AT),
                group(),
                new GroupRemoved("g"))) {
            assertEquals(Optional.of(record), readBack(record));
        }
    }

    @Test
    void theBytesAreKafkas() {
        assertEquals("0001" + "000167" + "000174" + "00000003", hex(format.key(stored(-1, Uuid.ZERO))));
        assertEquals(
                "0003" + "0000000000000007" + "00000005" + "00016d" + "00000000000003e8",
                hex(format.value(stored(-1, Uuid.ZERO)).orElseThrow()));
        assertEquals(
                "0001" + "0000000000000007" + "00016d" + "00000000000003e8" + "0000000000001388",
                hex(format.value(stored(5_000, Uuid.ZERO)).orElseThrow()));
        assertEquals(
                "0004" + "0000000000000007" + "00000005" + "026d" + "00000000000003e8" + "01" + "00" + "10"
                        + "00000000000000010000000000000002",
                hex(format.value(stored(-1, new Uuid(1, 2))).orElseThrow()));
        assertEquals("0002" + "000167", hex(format.key(new GroupRemoved("g"))));
        assertTrue(
                hex(format.value(group()).orElseThrow()).startsWith("0003" + "0008" + "636f6e73756d6572" + "00000004"));
    }

    @Test
    void theOldestOffsetsAreRead() {
        ByteBuffer key = VersionedBytes.of((short) 0, new OffsetCommitKey("g", "t", 3));
        ByteBuffer value = VersionedBytes.of(
                (short) 0,
                OffsetCommitValue.builder()
                        .offset(7)
                        .metadata("m")
                        .commitTimestamp(1_000)
                        .build());
        assertEquals(
                Optional.of(new OffsetStored("g", AT, new CommittedOffset(7, -1, "m", 1_000, -1, Uuid.ZERO))),
                format.read(key, Optional.of(value)));
    }

    @Test
    void typesAndVersionsThatAreNotKnownAreSkipped() {
        for (short type : new short[] {-1, 3, 8, 9, 16, 30_000}) {
            ByteBuffer key = ByteBuffer.allocate(10).putShort(0, type);
            assertEquals(Optional.empty(), format.read(key, Optional.of(ByteBuffer.allocate(4))));
        }
        for (short version : new short[] {-1, 5, 30_000}) {
            ByteBuffer newer = ByteBuffer.allocate(40).putShort(0, version);
            for (GroupRecord record : List.of(stored(-1, Uuid.ZERO), group())) {
                assertEquals(Optional.empty(), format.read(format.key(record), Optional.of(newer.duplicate())));
            }
        }
    }

    @Test
    void anyBytesAreARecordOrNoneOrMalformed() {
        long seed = Optional.ofNullable(System.getProperty("test.seed"))
                .filter(s -> !s.isBlank())
                .map(Long::valueOf)
                .orElseGet(System::nanoTime);
        Random random = new Random(seed);
        long end = System.nanoTime() + Long.getLong("fuzz.seconds", 2L) * 1_000_000_000L;
        List<GroupRecord> samples = List.of(stored(-1, new Uuid(1, 2)), stored(-1, Uuid.ZERO), group());
        int read = 0;
        do {
            GroupRecord sample = samples.get(random.nextInt(samples.size()));
            ByteBuffer key = spoil(random, format.key(sample));
            Optional<ByteBuffer> value = random.nextInt(10) == 0
                    ? Optional.empty()
                    : format.value(sample).map(bytes -> spoil(random, bytes));
            try {
                if (format.read(key, value).isPresent()) {
                    read++;
                }
            } catch (MalformedMessageException expected) {
                assertTrue(expected.getMessage() != null);
            } catch (RuntimeException e) {
                throw new AssertionError("test.seed=" + seed, e);
            }
        } while (System.nanoTime() < end);
        assertTrue(read > 0, "test.seed=" + seed);
    }

    /** Bytes flipped, cut or left as they are. */
    private static ByteBuffer spoil(Random random, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        for (int i = random.nextInt(4); i > 0 && copy.length > 0; i--) {
            copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
        }
        int length = random.nextInt(4) == 0 ? random.nextInt(copy.length + 1) : copy.length;
        return ByteBuffer.wrap(copy, 0, length).slice();
    }
}
