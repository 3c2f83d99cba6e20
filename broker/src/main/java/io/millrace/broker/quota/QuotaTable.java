package io.millrace.broker.quota;

import io.millrace.broker.quota.QuotaEntity.Name;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** All quotas at one moment. Immutable. */
public final class QuotaTable {
    /** No quotas at all. */
    public static final QuotaTable EMPTY = new QuotaTable(Map.of());

    private final Map<QuotaType, Map<QuotaEntity, Double>> byType = new EnumMap<>(QuotaType.class);

    /** @param values of each entity, all above 0 */
    public QuotaTable(Map<QuotaEntity, Map<QuotaType, Double>> values) {
        values.forEach((entity, quotas) -> quotas.forEach((type, value) ->
                byType.computeIfAbsent(type, t -> new HashMap<>()).put(entity, value)));
    }

    /**
     * A quota that a client has to keep.
     *
     * @param sharer who keeps it together: this client alone, all clients of the user, or all of this client id
     * @param value as it was set
     */
    record Limit(QuotaEntity sharer, double value) {}

    /** Whether anybody has a quota of this type. */
    boolean limits(QuotaType type) {
        return byType.containsKey(type);
    }

    /** The quota of a client: the first that there is, from the closest fit to the loosest. */
    Optional<Limit> find(QuotaType type, String user, String clientId) {
        Map<QuotaEntity, Double> quotas = byType.get(type);
        if (quotas == null) {
            return Optional.empty();
        }
        Name exactUser = Name.of(user);
        Name exactClient = Name.of(clientId);
        QuotaEntity both = new QuotaEntity(exactUser, exactClient);
        QuotaEntity userOnly = QuotaEntity.user(exactUser);
        QuotaEntity clientOnly = QuotaEntity.clientId(exactClient);
        return first(quotas, both, both)
                .or(() -> first(quotas, new QuotaEntity(exactUser, Name.DEFAULT), both))
                .or(() -> first(quotas, userOnly, userOnly))
                .or(() -> first(quotas, new QuotaEntity(Name.DEFAULT, exactClient), both))
                .or(() -> first(quotas, new QuotaEntity(Name.DEFAULT, Name.DEFAULT), both))
                .or(() -> first(quotas, QuotaEntity.user(Name.DEFAULT), userOnly))
                .or(() -> first(quotas, clientOnly, clientOnly))
                .or(() -> first(quotas, QuotaEntity.clientId(Name.DEFAULT), clientOnly));
    }

    private static Optional<Limit> first(Map<QuotaEntity, Double> quotas, QuotaEntity entity, QuotaEntity sharer) {
        return Optional.ofNullable(quotas.get(entity)).map(value -> new Limit(sharer, value));
    }
}
