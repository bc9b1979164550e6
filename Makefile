# Targets for people and for CI; `make help` lists them. CONFIGURATION=debug builds faster, release is what CI tests.
CONFIGURATION ?= release
# Tests of whole programs and of booted images; the rest are unit tests.
SLOW_TESTS = BootTests|CommandLineTests
SWIFT_FLAGS = --configuration $(CONFIGURATION) --explicit-target-dependency-import-check error
SHELL = /bin/bash
PRODUCTS = .build/$(CONFIGURATION)
PLUGINS = .build/element-plugins
PREFIX ?= /usr/local
DESTDIR ?=
OUT ?= out/debian
FORMATS ?= qcow2,tar
IMAGE_ELEMENT ?= motd-build-info

.PHONY: help setup build test test-quick test-slow test-all fuzz lint image image-of-products bench clean install install-products uninstall

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install the Debian packages that are missing
	@Scripts/setup

build: setup ## build programs, plugins and tests; plugins land in .build/element-plugins
	swift build $(SWIFT_FLAGS) --build-tests
	@Scripts/collect-plugins $(PRODUCTS) $(PLUGINS)

test: test-quick test-slow ## every test that CI runs

test-quick: build ## unit tests only
	@TIMEFORMAT='test-quick took %R s'; time swift test $(SWIFT_FLAGS) --skip-build --skip '$(SLOW_TESTS)'

test-slow: build ## whole programs, killed builds, booted images
	@TIMEFORMAT='test-slow took %R s'; time swift test $(SWIFT_FLAGS) --skip-build --filter '$(SLOW_TESTS)'

test-all: ## every test in both configurations, then the benchmarks
	$(MAKE) test CONFIGURATION=debug
	$(MAKE) test CONFIGURATION=release
	$(MAKE) bench CONFIGURATION=release

fuzz: build ## libFuzzer on all that reads foreign bytes; FUZZ_SECONDS=60, FUZZ_SEED
	@Scripts/fuzz $(PRODUCTS)

lint: setup ## formatting, shell scripts, file lengths, manifests
	@Scripts/lint

image: build image-of-products ## a bootable Debian in out/

# The same for products that are there already; the tests boot what it makes.
image-of-products:
	@mkdir -p $(dir $(OUT))
	$(PRODUCTS)/dibhost --plugin-dir $(PLUGINS) --elements-path elements-legacy \
		-t $(FORMATS) -o $(OUT) debian vm local-config $(IMAGE_ELEMENT)

install: build ## build and install below PREFIX (/usr/local), for packagers below DESTDIR
	@$(MAKE) --no-print-directory install-products

# The same for products that are there already, so that `sudo make install-products` builds nothing as root.
install-products:
	@Scripts/install "$(PRODUCTS)" "$(PREFIX)" "$(DESTDIR)"

uninstall: ## remove what install put there
	@Scripts/uninstall "$(PREFIX)" "$(DESTDIR)"

bench: build ## every script in benchmarks/, one after the other
	@for script in benchmarks/*.sh; do echo "== $$script"; DIBHOST=$(CURDIR)/$(PRODUCTS)/dibhost PLUGINS=$(CURDIR)/$(PLUGINS) "$$script" || exit 1; done

clean: ## remove what was built, and out/
	rm -rf .build out
