package io.millrace.client.admin;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Whom a quota is for: a user, a client id, both together, or an address (KIP-546, KIP-612).
 *
 * @param parts by type, which is user, client-id or ip; an empty name stands for all that have no quota of their own
 */
public record QuotaEntity(Map<String, Optional<String>> parts) {
    public static final String USER = "user";
    public static final String CLIENT_ID = "client-id";
    public static final String IP = "ip";

    public QuotaEntity {
        parts = Map.copyOf(parts);
    }

    public static QuotaEntity user(String name) {
        return new QuotaEntity(Map.of(USER, Optional.of(name)));
    }

    public static QuotaEntity clientId(String id) {
        return new QuotaEntity(Map.of(CLIENT_ID, Optional.of(id)));
    }

    /** A client id, when it belongs to this user. */
    public static QuotaEntity userClientId(String user, String clientId) {
        return new QuotaEntity(Map.of(USER, Optional.of(user), CLIENT_ID, Optional.of(clientId)));
    }

    /** All of a type, such as {@link #CLIENT_ID}, that have no quota of their own. */
    public static QuotaEntity defaultOf(String type) {
        return new QuotaEntity(Map.of(type, Optional.empty()));
    }

    @Override
    public String toString() {
        Map<String, String> names = new TreeMap<>();
        parts.forEach((type, name) -> names.put(type, name.orElse("<default>")));
        return names.toString();
    }
}
