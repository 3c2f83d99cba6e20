package io.millrace.broker.api.quota;

import static io.millrace.broker.api.quota.QuotaRules.refused;

import io.millrace.broker.quota.QuotaEntity;
import io.millrace.broker.quota.QuotaEntity.Name;
import java.util.LinkedHashMap;
import java.util.Map;

/** Entities of quotas as the protocol writes them: a name, or null for the default, by type. */
final class QuotaNames {
    static final String USER = "user";
    static final String CLIENT_ID = "client-id";
    static final String IP = "ip";

    /** A name is part of a path in the store, where a character may take nine. */
    private static final int MAX_LENGTH = 1000;

    private QuotaNames() {}

    /** Collects the parts of one entity. */
    static final class Parts {
        private final Map<String, Name> byType = new LinkedHashMap<>();

        /** Adds a part; throws INVALID_REQUEST if there cannot be such a part, or a second one. */
        void add(String type, String nameOrNull) {
            if (type.equals(IP)) {
                throw refused("Quotas by ip are not kept by this version of Millrace, so they cannot be set");
            }
            checkType(type);
            Name name = nameOrNull == null ? Name.DEFAULT : Name.of(checkedName(type, nameOrNull));
            if (byType.put(type, name) != null) {
                throw refused("The entity has two parts of type " + type);
            }
        }

        QuotaEntity entity() {
            if (byType.isEmpty()) {
                throw refused("The entity names neither a user nor a client-id");
            }
            return new QuotaEntity(byType.getOrDefault(USER, Name.NONE), byType.getOrDefault(CLIENT_ID, Name.NONE));
        }
    }

    /** Throws INVALID_REQUEST unless there is such a type of entity. */
    static void checkType(String type) {
        if (!type.equals(USER) && !type.equals(CLIENT_ID) && !type.equals(IP)) {
            throw refused(
                    "There is no entity type '" + type + "'; there are " + USER + ", " + CLIENT_ID + " and " + IP);
        }
    }

    private static String checkedName(String type, String name) {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.length() > MAX_LENGTH) {
            throw refused("The name of a " + type + " must have 1 to " + MAX_LENGTH
                    + " characters and be neither '.' nor '..'");
        }
        return name;
    }
}
