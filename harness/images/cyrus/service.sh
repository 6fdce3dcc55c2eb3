#!/bin/bash
exec cyrmaster -D
