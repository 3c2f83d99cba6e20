package io.millrace.broker.cluster;

import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Setting;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Settings of brokers that are changed while they run: what is set for one, before what is set for all. */
public final class DynamicSettings {
    private DynamicSettings() {}

    /** The value in force; a text that cannot be read counts as not set. */
    public static <T> T of(ClusterView view, int broker, Setting<T> setting, T otherwise) {
        return Stream.of(view.config(new ConfigScope.Broker(broker)), view.config(new ConfigScope.AllBrokers()))
                .flatMap(config -> read(config, setting).stream())
                .findFirst()
                .orElse(otherwise);
    }

    private static <T> Optional<T> read(Map<String, String> config, Setting<T> setting) {
        try {
            return Optional.ofNullable(config.get(setting.name())).map(setting::parse);
        } catch (InvalidSettingException e) {
            return Optional.empty();
        }
    }
}
