// A siren relay: see README.md. Fill in the five lines below.
#include <Crypto.h>
#include <Ed25519.h>
#include <Preferences.h>
#include <PubSubClient.h>
#include <WiFi.h>
#include <time.h>

#include "siren.h"

static const char *WIFI = "network", *WIFI_PASSWORD = "password";
static const char *BROKER = "192.0.2.10";
static const char *AREA = "UA80000000000093317";
static const uint8_t PUBLIC_KEY[32] = {/* the 32 bytes that `tocsin keys` prints in base64 */};
static const int RELAY = 26, NO_DATA_LAMP = 27;

static WiFiClient network;
static PubSubClient broker(network);
static Preferences flash;
static unsigned long heard_at = 0;

static bool verified(const uint8_t *signature, const uint8_t *message, size_t length) {
  return Ed25519::verify(signature, PUBLIC_KEY, message, length);
}

static siren relay = {AREA, 0, verified};

static void on_message(char *topic, byte *payload, unsigned int length) {
  time_t now = time(nullptr);
  uint64_t before = relay.last_n;
  siren_move move = siren_judge(&relay, payload, length, now > 1700000000 ? (uint64_t)now * 1000 : 0);
  if (relay.last_n == before) return;  // forged, repeated, late, or of another area
  heard_at = millis();
  if (move == SIREN_KEEP) return;
  flash.putULong64("n", relay.last_n);
  digitalWrite(RELAY, move == SIREN_ON ? HIGH : LOW);
}

void setup() {
  pinMode(RELAY, OUTPUT);
  pinMode(NO_DATA_LAMP, OUTPUT);
  flash.begin("siren");
  relay.last_n = flash.getULong64("n", 0);
  WiFi.begin(WIFI, WIFI_PASSWORD);
  configTime(0, 0, "pool.ntp.org");
  broker.setServer(BROKER, 1883);
  broker.setBufferSize(SIREN_LONGEST);
  broker.setCallback(on_message);
}

void loop() {
  if (!broker.connected() && WiFi.status() == WL_CONNECTED && broker.connect(AREA)) {
    broker.subscribe((String("tocsin/v1/ua/") + AREA + "/state").c_str(), 1);
  }
  broker.loop();
  digitalWrite(NO_DATA_LAMP, heard_at == 0 || millis() - heard_at > 60000 ? HIGH : LOW);
  delay(20);
}
