package io.millrace.broker.api.admin;

import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.Cordon;
import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Setting;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Which settings of brokers can be changed while they run, for whom, and to what. Immutable. */
final class BrokerConfigRules {
    private final int self;
    private final Map<String, Setting<?>> settings;

    /** @param settings all that a broker reads, changeable or not */
    BrokerConfigRules(int self, List<Setting<?>> settings) {
        this.self = self;
        this.settings = settings.stream().collect(Collectors.toMap(Setting::name, Function.identity()));
    }

    /**
     * What a resource's name stands for: nothing is all brokers.
     *
     * @throws ApiException INVALID_REQUEST for any broker but this one, which is the one to ask
     */
    ConfigScope scope(String name) {
        if (name.isEmpty()) {
            return new ConfigScope.AllBrokers();
        }
        if (!name.equals(Integer.toString(self))) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "this is broker " + self + "; ask broker " + name + " itself");
        }
        return new ConfigScope.Broker(self);
    }

    /** Throws INVALID_CONFIG if there is no such setting, INVALID_REQUEST if it cannot be changed. */
    void checkChangeable(String name) {
        Setting<?> setting = settings.get(name);
        if (setting == null) {
            throw new ApiException(ErrorCode.INVALID_CONFIG, "brokers have no setting " + name);
        }
        if (!setting.isDynamic()) {
            throw new ApiException(ErrorCode.INVALID_REQUEST, name + " cannot be changed while the broker runs");
        }
    }

    /** Throws ApiException if a scope cannot have these settings. */
    void check(ConfigScope scope, Map<String, String> wanted) {
        wanted.forEach((name, value) -> {
            checkChangeable(name);
            if (name.equals(Cordon.CORDONED.name()) && scope instanceof ConfigScope.AllBrokers) {
                throw new ApiException(ErrorCode.INVALID_REQUEST, name + " is set for single brokers only");
            }
            try {
                settings.get(name).parse(value);
            } catch (InvalidSettingException e) {
                throw new ApiException(ErrorCode.INVALID_CONFIG, e.getMessage());
            }
        });
    }
}
