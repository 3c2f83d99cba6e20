package io.millrace.broker.log;

import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A setting that a topic can have, and the broker's settings that give its default.
 *
 * @param setting under the topic's name for it
 * @param brokerKeys the broker's names for it, the strongest first; empty where the broker has none
 * @param acts whether this version does what it says; one that does not takes its default value only
 */
public record TopicSetting<T>(Setting<T> setting, List<BrokerKey> brokerKeys, boolean acts) {

    /**
     * A broker's setting.
     *
     * @param factor by which a value has to be multiplied to be one of the topic's setting: hours to milliseconds
     */
    public record BrokerKey(Setting<?> setting, long factor) {}

    static <T> TopicSetting<T> defaultedBy(Setting<T> setting, String brokerKey) {
        return new TopicSetting<>(setting, List.of(new BrokerKey(setting.named(brokerKey), 1)), true);
    }

    static <T> TopicSetting<T> withoutEffect(Setting<T> setting) {
        return new TopicSetting<>(setting, List.of(), false);
    }

    public String name() {
        return setting.name();
    }

    /**
     * The value of a topic that says nothing about it.
     *
     * @throws io.millrace.broker.config.InvalidSettingException if the broker's value cannot be used
     */
    public T defaultFrom(Settings broker) {
        return givenBy(broker).map(key -> value(key, broker)).orElseGet(setting::defaultValue);
    }

    /** The same as text. */
    public String defaultTextFrom(Settings broker) {
        return setting.format(defaultFrom(broker));
    }

    /** The value that holds where neither topic nor broker say anything. */
    String builtInText() {
        return setting.format(setting.defaultValue());
    }

    /** Which of the broker's settings gives the default; none if it is built in. */
    public Optional<BrokerKey> givenBy(Settings broker) {
        return brokerKeys.stream()
                .filter(key -> broker.isGiven(key.setting().name()))
                .findFirst();
    }

    /** A topic's own value, or the given one where it has none. */
    T in(Map<String, String> own, T otherwise) {
        String text = own.get(name());
        return text == null ? otherwise : setting.parse(text);
    }

    private T value(BrokerKey key, Settings broker) {
        Object value = broker.get(key.setting());
        if (value instanceof Number number && key.factor() > 1) {
            long scaled = number.longValue() < 0 ? number.longValue() : number.longValue() * key.factor();
            return setting.parse(Long.toString(scaled));
        }
        return setting.parse(broker.text(key.setting().name()).orElseThrow());
    }
}
