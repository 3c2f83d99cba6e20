package io.millrace.client.admin;

import java.util.OptionalDouble;

/**
 * A change of one quota.
 *
 * @param key Kafka's, such as producer_byte_rate, consumer_byte_rate or request_percentage
 * @param value empty to remove the quota
 */
public record QuotaChange(String key, OptionalDouble value) {
    public static QuotaChange set(String key, double value) {
        return new QuotaChange(key, OptionalDouble.of(value));
    }

    public static QuotaChange remove(String key) {
        return new QuotaChange(key, OptionalDouble.empty());
    }
}
