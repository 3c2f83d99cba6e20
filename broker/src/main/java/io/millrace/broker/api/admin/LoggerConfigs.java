package io.millrace.broker.api.admin;

import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.IncrementalAlterConfigsRequest.Resource;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * Levels of this broker's loggers as settings that clients read and change (KIP-412): for as long as the broker runs.
 *
 * <p>Threading: any thread.
 */
public final class LoggerConfigs {
    static final byte BROKER_LOGGER = 8;
    static final byte SOURCE = 6;

    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final Set<String> LEVELS = Set.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL");

    private final int self;
    private final LogLevels levels;

    /** @param self id of this broker */
    public LoggerConfigs(int self, LogLevels levels) {
        this.self = self;
        this.levels = levels;
    }

    /** The level of each logger; throws ApiException if another broker is meant. */
    SortedMap<String, String> levels(String broker) {
        require(broker);
        return levels.all();
    }

    private void require(String broker) {
        if (!broker.equals(Integer.toString(self))) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST,
                    "this is broker " + self + "; the loggers of broker '" + broker + "' are its own to change");
        }
    }

    /** Changes levels: all that are named, or none. */
    ConfigChanges.Outcome change(String broker, List<Resource.Config> changes, boolean validateOnly) {
        try {
            require(broker);
            Set<String> known = levels.all().keySet();
            Set<String> names = changes.stream().map(Resource.Config::name).collect(Collectors.toSet());
            if (names.size() < changes.size()) {
                throw new ApiException(ErrorCode.INVALID_REQUEST, "a logger is changed twice");
            }
            changes.forEach(change -> check(change, known));
            if (!validateOnly) {
                changes.forEach(this::apply);
            }
            return ConfigChanges.Outcome.DONE;
        } catch (ApiException e) {
            return ConfigChanges.Outcome.of(e);
        }
    }

    private static void check(Resource.Config change, Set<String> known) {
        if (change.configOperation() != SET && change.configOperation() != DELETE) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "a level can be set or deleted, and no more");
        }
        if (!known.contains(change.name())) {
            throw new ApiException(ErrorCode.INVALID_CONFIG, "there is no logger " + change.name());
        }
        if (change.configOperation() == DELETE && change.name().equals(LogLevels.ROOT)) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, "the level of root can be set, not deleted");
        }
        boolean isLevel =
                change.value() != null && LEVELS.contains(change.value().toUpperCase(Locale.ROOT));
        if (change.configOperation() == SET && !isLevel) {
            throw new ApiException(
                    ErrorCode.INVALID_CONFIG, change.value() + " is no level; these are: " + String.join(", ", LEVELS));
        }
    }

    private void apply(Resource.Config change) {
        if (change.configOperation() == DELETE) {
            levels.reset(change.name());
        } else {
            String level = change.value().toUpperCase(Locale.ROOT);
            levels.set(change.name(), level.equals("FATAL") ? "ERROR" : level);
        }
    }
}
