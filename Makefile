# Targets for people and for CI; `make help` lists them. CONFIGURATION=debug builds faster, release is what CI tests.
CONFIGURATION ?= release
# What `make test` runs, one after the other; Tests/areas says which tests belong to which.
AREAS = $(shell sed -n 's/^\([a-z-]\+\) .*/\1/p' Tests/areas)
SWIFT_FLAGS = --configuration $(CONFIGURATION) --explicit-target-dependency-import-check error
SHELL = /bin/bash
PRODUCTS = .build/$(CONFIGURATION)
PLUGINS = .build/element-plugins
PREFIX ?= /usr/local
DESTDIR ?=
OUT ?= out/debian
FORMATS ?= qcow2,tar
IMAGE_ELEMENT ?= motd-build-info

.PHONY: help setup build compare test $(AREAS:%=test-%) test-slow test-all fuzz lint image image-of-products bench clean install install-products uninstall

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "%-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@awk '/^[a-z]/{printf "%-12s", "test-" $$1; $$1 = $$2 = ""; print}' Tests/areas

setup: ## install the Debian packages, and validators for tests, that are missing
	@Scripts/setup

build: setup ## build programs, plugins and tests; plugins land in .build/element-plugins
	swift build $(SWIFT_FLAGS) --build-tests
	@Scripts/collect-plugins $(PRODUCTS) $(PLUGINS)

test: build ## every test that CI runs, area by area, then what took the time
	@SWIFT_FLAGS="$(SWIFT_FLAGS)" Scripts/test

# test-quick are the unit tests; then test-main, test-vendor, test-disks and so on.
$(AREAS:%=test-%): test-%: build
	@SWIFT_FLAGS="$(SWIFT_FLAGS)" Scripts/test $*

test-slow: build ## whole programs, killed builds, booted images: all areas but quick
	@SWIFT_FLAGS="$(SWIFT_FLAGS)" Scripts/test $(filter-out quick,$(AREAS))

test-all: ## every test in both configurations, then the benchmarks
	$(MAKE) test CONFIGURATION=debug
	DIBHOST_ALL_DEPLOYMENTS=1 DIBHOST_ALL_VERIFICATIONS=1 DIBHOST_ALL_GROWTHS=1 $(MAKE) test CONFIGURATION=release
	$(MAKE) compare CONFIGURATION=release
	$(MAKE) bench CONFIGURATION=release

compare: build ## packages and files of a Debian by the original and by dibhost, from the same elements
	@DIBHOST=$(CURDIR)/$(PRODUCTS)/dibhost Scripts/compare-original

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
