package io.millrace.broker.config;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The values that an operator gave, by key; what is not given has the setting's default. Immutable. */
public final class Settings {
    private final Map<String, String> given;

    public Settings(Map<String, String> given) {
        this.given = Map.copyOf(given);
    }

    /**
     * The value of a setting.
     *
     * @throws InvalidSettingException if what was given cannot be used
     */
    public <T> T get(Setting<T> setting) {
        String text = given.get(setting.name());
        return text == null ? setting.defaultValue() : setting.parse(text);
    }

    /** The value, if one was given. Throws as {@link #get}. */
    public <T> Optional<T> find(Setting<T> setting) {
        return Optional.ofNullable(given.get(setting.name())).map(setting::parse);
    }

    public boolean isGiven(String key) {
        return given.containsKey(key);
    }

    /** The keys that were given. */
    public Set<String> keys() {
        return given.keySet();
    }

    /** The text given for a key. */
    public Optional<String> text(String key) {
        return Optional.ofNullable(given.get(key));
    }
}
