// SPDX-License-Identifier: Apache-2.0

internal import Diagnostics

/// Finds the value of every parameter of the resolved elements, and where it comes from.
///
/// --set wins over --config, that over the caller's environment, that over the manifest's default. Of two settings
/// of one kind the later one wins. An empty environment variable counts as none, as it does in shell defaults.
struct ParameterPlanner {
    let request: BuildRequest
    let resolved: ResolvedElements
    let index: ElementIndex
    private(set) var warnings: [String] = []

    init(request: BuildRequest, resolved: ResolvedElements, index: ElementIndex) {
        self.request = request
        self.resolved = resolved
        self.index = index
    }

    mutating func plan() throws -> [BuildPlan.PlannedParameter] {
        for setting in request.settings { try checkName(of: setting, option: "--set") }
        for setting in request.configuredSettings {
            if resolved[setting.element] == nil, try index.element(named: setting.element) != nil {
                warnings.append(
                    "the configuration sets '\(setting.element).\(setting.parameter)', "
                        + "but that element is not part of this build")
                continue
            }
            try checkName(of: setting, option: "--config")
        }
        return try resolved.elements.flatMap { element -> [BuildPlan.PlannedParameter] in
            guard let manifest = element.description.manifest else { return [] }
            return try manifest.settableParameters.map { try value(of: $0, manifest) }
                .filter { $0.name != Deadline.parameterName || $0.value != nil }
        }
    }

    private func checkName(of setting: BuildRequest.Setting, option: String) throws {
        guard let element = resolved[setting.element] else {
            if try index.element(named: setting.element) == nil {
                throw BuildError(
                    .refused, "\(option) names unknown element '\(setting.element)'",
                    hint: NearestName.of(
                        setting.element, in: resolved.elements.map(\.description.name)
                    ).map { "Did you mean '\($0)'?" })
            }
            throw BuildError(
                .refused,
                "\(option) names element '\(setting.element)', which is not part of this build",
                hint: "Add it to the elements, or remove the setting.")
        }
        guard let manifest = element.manifest else {
            throw BuildError(
                .refused, "element '\(element.name)' is made of scripts and has no parameters",
                hint: "Set the environment variables that its documentation names.")
        }
        let names = manifest.settableParameters.map(\.name)
        guard !names.contains(setting.parameter) else { return }
        let known =
            names.isEmpty ? "It has no parameters." : "It has: \(names.joined(separator: ", "))."
        throw BuildError(
            .refused, "element '\(element.name)' has no parameter '\(setting.parameter)'",
            hint: NearestName.of(setting.parameter, in: names)
                .map { "Did you mean '\($0)'? \(known)" } ?? known)
    }

    private func value(
        of parameter: ElementManifest.Parameter, _ manifest: ElementManifest
    ) throws -> BuildPlan.PlannedParameter {
        let element = manifest.name
        let (text, origin) = source(of: parameter, element: element)
        var value = text
        if let text {
            do throws(ParameterValue.Fault) {
                let normalized = try ParameterValue.normalized(text, for: parameter)
                if let fault = manifest.fault(of: normalized, for: parameter.name) { throw fault }
                value = normalized
            } catch {
                throw refusal(error, text, parameter, element: element, origin: origin)
            }
        } else if let use = manifest.firstNeed(of: parameter.name) {
            throw BuildError(
                .refused,
                "parameter '\(element).\(parameter.name)' has no value, and \(use) needs one",
                hint: "Set it with --set \(element).\(parameter.name)=VALUE.")
        }
        if parameter.type == .path, let path = value { value = absolute(path) }
        return .init(
            element: element, name: parameter.name, value: value, origin: origin,
            isSecret: parameter.isSecret, isBuildOnly: parameter.isBuildOnly,
            environmentName: parameter.environment)
    }

    /// The path as seen from the caller's folder, and home: a plugin runs elsewhere.
    private func absolute(_ path: String) -> String {
        if path == "~" || path.hasPrefix("~/") { return request.user.home + path.dropFirst() }
        let folder = request.workingFolder
        if folder.isEmpty || path.isEmpty || path.hasPrefix("/") { return path }
        return folder + (folder.hasSuffix("/") ? "" : "/") + path
    }

    private func source(
        of parameter: ElementManifest.Parameter, element: String
    ) -> (String?, BuildPlan.PlannedParameter.Origin) {
        func isMeant(_ setting: BuildRequest.Setting) -> Bool {
            setting.element == element && setting.parameter == parameter.name
        }
        if let setting = request.settings.last(where: isMeant) {
            return (setting.value, .commandLine)
        }
        if let setting = request.configuredSettings.last(where: isMeant) {
            return (setting.value, .configuration)
        }
        if let name = parameter.environment, let value = request.environment[name], !value.isEmpty {
            return (value, .environment)
        }
        return (parameter.defaultValue, .manifestDefault)
    }

    private func refusal(
        _ fault: ParameterValue.Fault, _ text: String, _ parameter: ElementManifest.Parameter,
        element: String, origin: BuildPlan.PlannedParameter.Origin
    ) -> BuildError {
        let shown =
            parameter.isSecret ? BuildPlan.hiddenValue : URLCredentials.hidden(in: text)
        let source =
            switch origin {
            case .environment: " from environment variable \(parameter.environment ?? "")"
            case .configuration: " from --config"
            default: ""
            }
        return BuildError(
            .refused,
            "parameter '\(element).\(parameter.name)': value '\(shown)'\(source) \(fault.problem)",
            hint: fault.hint)
    }
}
