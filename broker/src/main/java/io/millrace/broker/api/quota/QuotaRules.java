package io.millrace.broker.api.quota;

import io.millrace.broker.quota.QuotaEntity;
import io.millrace.broker.quota.QuotaType;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.AlterClientQuotasRequest.Entry.Op;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which quotas may be set, and how they are stored: as texts among other settings of the same entity. */
final class QuotaRules {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaRules.class);

    private QuotaRules() {}

    /** Throws INVALID_REQUEST if one of these changes cannot be made. */
    static void check(List<Op> ops) {
        Set<String> seen = new HashSet<>();
        for (Op op : ops) {
            QuotaType type = QuotaType.of(op.key()).orElseThrow(() -> refused("There is no quota '" + op.key() + "'"));
            if (!seen.add(op.key())) {
                throw refused(op.key() + " is changed twice");
            }
            if (!op.remove()) {
                checkValue(type, op.value());
            }
        }
    }

    private static void checkValue(QuotaType type, double value) {
        if (!type.isEnforced()) {
            throw refused(type.key() + " is not kept by this version of Millrace, so it cannot be set");
        }
        if (!(value > 0) || Double.isInfinite(value)) {
            throw refused(type.key() + " must be more than 0, not " + value);
        }
        if (type.isWhole() && (value != Math.rint(value) || value >= Long.MAX_VALUE)) {
            throw refused(type.key() + " must be a whole number of bytes a second, not " + value);
        }
    }

    /** The settings of an entity after changes that were checked; what is no quota stays. */
    static Map<String, String> changed(Map<String, String> before, List<Op> ops) {
        Map<String, String> after = new LinkedHashMap<>(before);
        for (Op op : ops) {
            if (op.remove()) {
                after.remove(op.key());
            } else {
                boolean whole = QuotaType.of(op.key()).orElseThrow().isWhole();
                after.put(op.key(), whole ? Long.toString((long) op.value()) : Double.toString(op.value()));
            }
        }
        return after;
    }

    /** The quotas among the settings of an entity. One that is no number above 0 is left out, with a warning. */
    static Map<QuotaType, Double> stored(QuotaEntity entity, Map<String, String> settings) {
        Map<QuotaType, Double> quotas = new EnumMap<>(QuotaType.class);
        for (QuotaType type : QuotaType.values()) {
            String text = settings.get(type.key());
            if (text != null) {
                double value = number(text);
                if (value > 0) {
                    quotas.put(type, value);
                } else {
                    LOG.warn("Quota {} of {} is '{}', which is no rate: ignored", type.key(), entity, text);
                }
            }
        }
        return quotas;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    static ApiException refused(String message) {
        return new ApiException(ErrorCode.INVALID_REQUEST, message);
    }
}
