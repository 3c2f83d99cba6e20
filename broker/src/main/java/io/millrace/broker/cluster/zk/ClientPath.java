package io.millrace.broker.cluster.zk;

import io.millrace.broker.quota.QuotaEntity;
import io.millrace.broker.quota.QuotaEntity.Name;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where the settings of users and client ids lie.
 *
 * <pre>
 *   /config/users/USER                  /config/users/USER/clients/CLIENT                  /config/clients/CLIENT
 * </pre>
 *
 * Each name is percent-encoded, or {@code <default>}, which no encoded name can be.
 */
final class ClientPath {
    static final String USERS = "/config/users";
    static final String CLIENTS = "/config/clients";
    static final String IN_USERS = "config/users";
    static final String IN_CLIENTS = "config/clients";
    private static final String OF_USER = "clients";

    private ClientPath() {}

    static String of(QuotaEntity entity) {
        if (entity.user() instanceof Name.Absent) {
            return CLIENTS + "/" + encoded(entity.clientId());
        }
        String user = encoded(entity.user());
        return entity.clientId() instanceof Name.Absent
                ? USERS + "/" + user
                : clientsOf(user) + "/" + encoded(entity.clientId());
    }

    /** Below which the client ids lie that have settings together with a user, given as its znode is named. */
    static String clientsOf(String encodedUser) {
        return USERS + "/" + encodedUser + "/" + OF_USER;
    }

    /** What lies at a path, given as its steps with an empty one before them; empty for any other path. */
    static Optional<QuotaEntity> parse(String[] steps) {
        boolean isUser = steps.length >= 4 && steps[1].equals("config") && steps[2].equals("users");
        boolean isClient = steps.length == 4 && steps[1].equals("config") && steps[2].equals("clients");
        try {
            if (isClient) {
                return Optional.of(QuotaEntity.clientId(decoded(steps[3])));
            }
            if (isUser && steps.length == 4) {
                return Optional.of(QuotaEntity.user(decoded(steps[3])));
            }
            return isUser && steps.length == 6 && steps[4].equals(OF_USER)
                    ? Optional.of(new QuotaEntity(decoded(steps[3]), decoded(steps[5])))
                    : Optional.empty();
        } catch (IllegalArgumentException e) { // a percent sign that encodes nothing: not made by a broker
            return Optional.empty();
        }
    }

    private static String encoded(Name name) {
        if (!(name instanceof Name.Exact exact)) {
            return ConfigNode.ALL;
        }
        // What the encoder leaves for web forms is written as in a path.
        return URLEncoder.encode(exact.name(), StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }

    private static Name decoded(String step) {
        return step.equals(ConfigNode.ALL)
                ? Name.DEFAULT
                : Name.of(URLDecoder.decode(step.replace("+", "%2B"), StandardCharsets.UTF_8));
    }
}
