package io.millrace.client.net;

import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsResponse;
import java.util.EnumMap;
import java.util.Map;

/** Which versions a broker serves, as it has said when the connection began. Immutable. */
public final class Versions {
    /** Stands for no version that both know. */
    public static final short NONE = -1;

    private final Map<ApiKey, ApiVersionsResponse.ApiKey> served = new EnumMap<>(ApiKey.class);

    Versions(ApiVersionsResponse answer) {
        for (ApiVersionsResponse.ApiKey api : answer.apiKeys()) {
            ApiKey key = ApiKey.of(api.apiKey());
            if (key != null) {
                served.put(key, api);
            }
        }
    }

    /** The highest version that both know and that is not above a bound, or {@link #NONE}. */
    public short usable(ApiKey key, short atMost) {
        ApiVersionsResponse.ApiKey theirs = served.get(key);
        if (theirs == null) {
            return NONE;
        }
        int version = Math.min(atMost, Math.min(theirs.maxVersion(), key.highestVersion()));
        return version < theirs.minVersion() || version < key.lowestVersion() ? NONE : (short) version;
    }

    /** In words, for an error message. */
    String describe(ApiKey key) {
        ApiVersionsResponse.ApiKey theirs = served.get(key);
        return theirs == null ? "none" : theirs.minVersion() + " to " + theirs.maxVersion();
    }
}
