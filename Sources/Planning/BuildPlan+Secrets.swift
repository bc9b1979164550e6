// SPDX-License-Identifier: Apache-2.0

extension BuildPlan {
    /// What stands in for a secret value wherever a person or another program could read it.
    package static let hiddenValue = "***"

    /// The plan as it may be shown: without the values of secret parameters, keys, users and passwords in URLs, and
    /// environment variables that no parameter reads, since shell elements take passwords from there.
    package func withoutSecrets() -> BuildPlan {
        var plan = self
        let secrets = parameters.filter(\.isSecret)
        for index in plan.parameters.indices where plan.parameters[index].isSecret {
            if plan.parameters[index].value != nil {
                plan.parameters[index].value = Self.hiddenValue
            }
        }
        for index in plan.parameters.indices {
            plan.parameters[index].value = plan.parameters[index].value.map(
                URLCredentials.hidden)
        }
        for index in plan.exports.indices {
            plan.exports[index].value = URLCredentials.hidden(in: plan.exports[index].value)
        }
        func hide(_ setting: inout BuildRequest.Setting) {
            if secrets.contains(where: {
                $0.element == setting.element && $0.name == setting.parameter
            }) {
                setting.value = Self.hiddenValue
            }
            setting.value = URLCredentials.hidden(in: setting.value)
        }
        for index in plan.request.settings.indices { hide(&plan.request.settings[index]) }
        for index in plan.request.configuredSettings.indices {
            hide(&plan.request.configuredSettings[index])
        }
        for index in plan.request.encryptionKeys.indices {
            plan.request.encryptionKeys[index].key = Self.hiddenValue
        }
        plan.request.commandLine = shownCommandLine
        let shown = Set(parameters.filter { !$0.isSecret }.compactMap(\.environmentName))
            .subtracting(secrets.compactMap(\.environmentName))
        plan.request.environment = request.environment.filter { shown.contains($0.key) }
            .mapValues(URLCredentials.hidden)
        return plan
    }

    /// The arguments that the program was called with, without the values of secret parameters.
    package var shownCommandLine: [String] {
        let secrets = parameters.filter(\.isSecret).map { "\($0.element).\($0.name)=" }
        return request.commandLine.map { argument in
            for secret in secrets {
                for start in [secret, "--set=\(secret)"] where argument.hasPrefix(start) {
                    return start + Self.hiddenValue
                }
            }
            return URLCredentials.hidden(in: argument)
        }
    }
}
