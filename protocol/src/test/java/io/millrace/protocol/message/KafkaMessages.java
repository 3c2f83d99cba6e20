package io.millrace.protocol.message;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.millrace.protocol.Uuid;
import io.millrace.protocol.record.BufferSlice;
import io.millrace.protocol.wire.Bytes;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.ConsumerProtocolSubscription;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** The same messages as kafka-clients has them, and how its values compare to ours. */
final class KafkaMessages {
    /** Fields that only versions had which kafka-clients 4 does not know any more. */
    private static final Set<String> GONE = Set.of(
            "ListOffsetsPartition.maxNumOffsets",
            "ListOffsetsPartitionResponse.oldStyleOffsets",
            "OffsetCommitRequestPartition.commitTimestamp",
            "DescribeConfigsResourceResult.isDefault");

    private KafkaMessages() {}

    /** By the name of our message, how to make kafka-clients' one. */
    static Map<String, Supplier<Message>> byName() {
        Map<String, Supplier<Message>> messages = new HashMap<>();
        for (ApiKey key : ApiKey.values()) {
            if (key.isOwn()) {
                continue;
            }
            ApiMessageType type = ApiMessageType.fromApiKey(key.id());
            messages.put(key.apiName() + "Request", type::newRequest);
            messages.put(key.apiName() + "Response", type::newResponse);
        }
        messages.put("RequestHeader", RequestHeaderData::new);
        messages.put("ResponseHeader", ResponseHeaderData::new);
        messages.put("ConsumerProtocolSubscription", ConsumerProtocolSubscription::new);
        return messages;
    }

    static byte[] bytes(Message message, int version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, (short) version));
        message.write(new ByteBufferAccessor(buffer), cache, (short) version);
        assertEquals(0, buffer.remaining());
        return buffer.array();
    }

    static Message read(Supplier<Message> type, byte[] bytes, int version) {
        Message message = type.get();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        message.read(new ByteBufferAccessor(buffer), (short) version);
        assertEquals(0, buffer.remaining());
        return message;
    }

    /** Compares field by field: accessors have the same names on both sides. */
    static void assertSameValues(Object ours, Object theirs, String where) {
        if (ours == null) {
            assertNull(theirs, where);
            return;
        }
        assertNotNull(theirs, where);
        if (ours instanceof Uuid id) {
            assertEquals(call(theirs, "getMostSignificantBits"), id.high(), where);
            assertEquals(call(theirs, "getLeastSignificantBits"), id.low(), where);
            assertEquals(theirs.toString(), id.toString(), where);
        } else if (ours instanceof Bytes bytes) {
            assertEquals(
                    theirs instanceof ByteBuffer buffer ? buffer : ByteBuffer.wrap((byte[]) theirs),
                    ByteBuffer.wrap(bytes.toArray()),
                    where);
        } else if (ours instanceof BufferSlice slice) {
            assertEquals(call(theirs, "buffer"), slice.buffer(), where);
        } else if (ours instanceof List<?> list) {
            List<Object> others = new ArrayList<>();
            ((Iterable<?>) theirs).forEach(others::add);
            assertEquals(others.size(), list.size(), where);
            for (int i = 0; i < list.size(); i++) {
                assertSameValues(list.get(i), others.get(i), where + "[" + i + "]");
            }
        } else if (ours instanceof Record struct) {
            for (RecordComponent component : struct.getClass().getRecordComponents()) {
                String name = component.getName();
                if (!isMissing(name, theirs)) {
                    assertSameValues(call(struct, name), call(theirs, name), where + "." + name);
                }
            }
        } else {
            assertEquals(theirs, ours, where);
        }
    }

    /** Whether it is a field of versions that today's release has given up, or that an old one did not have yet. */
    private static boolean isMissing(String field, Object theirs) {
        boolean isOfToday = theirs.getClass().getClassLoader() == KafkaMessages.class.getClassLoader();
        return isOfToday
                ? GONE.contains(theirs.getClass().getSimpleName() + "." + field)
                : Stream.of(theirs.getClass().getMethods())
                        .noneMatch(method -> method.getName().equals(field) && method.getParameterCount() == 0);
    }

    private static Object call(Object target, String accessor) {
        try {
            return target.getClass().getMethod(accessor).invoke(target);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(target.getClass() + "." + accessor, e);
        }
    }
}
