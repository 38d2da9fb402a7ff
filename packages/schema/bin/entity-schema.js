#!/usr/bin/env node
require('@entity-backend/schema/command');
