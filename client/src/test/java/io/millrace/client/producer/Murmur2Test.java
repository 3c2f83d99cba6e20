package io.millrace.client.producer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

final class Murmur2Test {
    @Test
    void keysOfAllLengthsHashAsInKafkaClients() {
        Random random = new Random(1);
        for (int length = 0; length < 200; length++) {
            for (int i = 0; i < 50; i++) {
                byte[] key = new byte[length];
                random.nextBytes(key);
                assertEquals(Utils.murmur2(key), Murmur2.hash(key));
                assertEquals(BuiltInPartitioner.partitionForKey(key, 17), Murmur2.partition(key, 17));
            }
        }
    }
}
