package io.millrace.broker.api.quota;

import static io.millrace.broker.api.quota.QuotaRules.refused;

import io.millrace.broker.quota.QuotaEntity;
import io.millrace.broker.quota.QuotaEntity.Name;
import io.millrace.protocol.message.DescribeClientQuotasRequest;
import io.millrace.protocol.message.DescribeClientQuotasRequest.Component;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which entities somebody asks for. Every component has to fit; if strict, an entity may have no other part. */
final class QuotaFilter {
    private static final byte EXACT = 0;
    private static final byte DEFAULT = 1;
    private static final byte ANY = 2;

    private final Map<String, Component> byType = new LinkedHashMap<>();
    private final boolean strict;

    /** Throws INVALID_REQUEST for components that make no sense. */
    QuotaFilter(DescribeClientQuotasRequest request) {
        this.strict = request.strict();
        for (Component component : request.components()) {
            String type = component.entityType();
            QuotaNames.checkType(type);
            if (byType.put(type, component) != null) {
                throw refused("The filter has two components of type " + type);
            }
            boolean named = component.match() != null;
            switch (component.matchType()) {
                case EXACT -> require(named, "An exact match of a " + type + " needs a name");
                case DEFAULT, ANY -> require(!named, "Only an exact match of a " + type + " takes a name");
                default -> throw refused("There is no match type " + component.matchType());
            }
        }
        boolean mixed = byType.containsKey(QuotaNames.IP) && byType.size() > 1;
        require(!mixed, "An ip goes with no other component");
    }

    boolean fits(QuotaEntity entity) {
        return !byType.containsKey(QuotaNames.IP)
                && fits(QuotaNames.USER, entity.user())
                && fits(QuotaNames.CLIENT_ID, entity.clientId());
    }

    private boolean fits(String type, Name name) {
        Component component = byType.get(type);
        if (component == null) {
            return !strict || name instanceof Name.Absent;
        }
        return switch (component.matchType()) {
            case EXACT -> name.equals(Name.of(component.match()));
            case DEFAULT -> name instanceof Name.Default;
            default -> !(name instanceof Name.Absent);
        };
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw refused(otherwise);
        }
    }
}
