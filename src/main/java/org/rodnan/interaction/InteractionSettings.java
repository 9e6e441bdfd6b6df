package org.rodnan.interaction;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the writing interactions.
 *
 * @param references {@code enforce} (default): what a reference points to must exist; {@code allow}
 * @param expunge {@code refuse} (default): nobody may take contents away for good; {@code allow}
 */
@ConfigurationProperties("rodnan")
record InteractionSettings(
    @DefaultValue("enforce") ReferenceRule references,
    @DefaultValue("refuse") ExpungeRule expunge) {}
