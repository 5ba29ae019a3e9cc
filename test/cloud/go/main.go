// A provider for "terraform validate" and "terraform test" that has the schema of the AWS provider, and nothing of its behaviour: it is
// built in seconds, and needs no account. The schema is read from the file in TAILGATE_PROVIDER_SCHEMA.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"
	"regexp"

	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type providerSchema struct {
	Resources   map[string]block
	DataSources map[string]block
}

type block struct {
	// "list(string) computed optional"
	Attributes map[string]string
	Blocks     map[string]block
	Nesting    string
	Required   bool
}

// Methods that Terraform does not call for these two commands are not there: calling one ends the process.
type provider struct {
	tfprotov5.ProviderServer
	schema providerSchema
}

func main() {
	text, err := os.ReadFile(os.Getenv("TAILGATE_PROVIDER_SCHEMA"))
	if err != nil {
		log.Fatal(err)
	}
	server := provider{}
	if err := json.Unmarshal(text, &server.schema); err != nil {
		log.Fatal(err)
	}
	address := "registry.terraform.io/hashicorp/aws"
	if err := tf5server.Serve(address, func() tfprotov5.ProviderServer { return &server }); err != nil {
		log.Fatal(err)
	}
}

func (p *provider) GetProviderSchema(context.Context, *tfprotov5.GetProviderSchemaRequest) (*tfprotov5.GetProviderSchemaResponse, error) {
	return &tfprotov5.GetProviderSchemaResponse{
		Provider:          &tfprotov5.Schema{Block: &tfprotov5.SchemaBlock{}},
		ResourceSchemas:   schemas(p.schema.Resources),
		DataSourceSchemas: schemas(p.schema.DataSources),
	}, nil
}

func (p *provider) PrepareProviderConfig(_ context.Context, request *tfprotov5.PrepareProviderConfigRequest) (*tfprotov5.PrepareProviderConfigResponse, error) {
	return &tfprotov5.PrepareProviderConfigResponse{PreparedConfig: request.Config}, nil
}

func (p *provider) ConfigureProvider(context.Context, *tfprotov5.ConfigureProviderRequest) (*tfprotov5.ConfigureProviderResponse, error) {
	return &tfprotov5.ConfigureProviderResponse{}, nil
}

func (p *provider) ValidateResourceTypeConfig(context.Context, *tfprotov5.ValidateResourceTypeConfigRequest) (*tfprotov5.ValidateResourceTypeConfigResponse, error) {
	return &tfprotov5.ValidateResourceTypeConfigResponse{}, nil
}

func (p *provider) ValidateDataSourceConfig(context.Context, *tfprotov5.ValidateDataSourceConfigRequest) (*tfprotov5.ValidateDataSourceConfigResponse, error) {
	return &tfprotov5.ValidateDataSourceConfigResponse{}, nil
}

func (p *provider) StopProvider(context.Context, *tfprotov5.StopProviderRequest) (*tfprotov5.StopProviderResponse, error) {
	return &tfprotov5.StopProviderResponse{}, nil
}

func schemas(blocks map[string]block) map[string]*tfprotov5.Schema {
	result := map[string]*tfprotov5.Schema{}
	for name, one := range blocks {
		result[name] = &tfprotov5.Schema{Block: schemaBlock(one)}
	}
	return result
}

func schemaBlock(one block) *tfprotov5.SchemaBlock {
	result := &tfprotov5.SchemaBlock{}
	for name, words := range one.Attributes {
		result.Attributes = append(result.Attributes, attribute(name, words))
	}
	for name, nested := range one.Blocks {
		mode := tfprotov5.SchemaNestedBlockNestingModeList
		if nested.Nesting == "set" {
			mode = tfprotov5.SchemaNestedBlockNestingModeSet
		}
		min := int64(0)
		if nested.Required {
			min = 1
		}
		result.BlockTypes = append(result.BlockTypes, &tfprotov5.SchemaNestedBlock{
			TypeName: name, Block: schemaBlock(nested), Nesting: mode, MinItems: min,
		})
	}
	return result
}

var words = regexp.MustCompile(`^(?:(list|set|map)\()?(string|number|bool)\)?( computed)?( optional)?( required)?$`)

func attribute(name, text string) *tfprotov5.SchemaAttribute {
	match := words.FindStringSubmatch(text)
	if match == nil {
		log.Fatalf("attribute %s: %s", name, text)
	}
	element := map[string]tftypes.Type{"string": tftypes.String, "number": tftypes.Number, "bool": tftypes.Bool}[match[2]]
	types := map[string]tftypes.Type{
		"":     element,
		"list": tftypes.List{ElementType: element},
		"set":  tftypes.Set{ElementType: element},
		"map":  tftypes.Map{ElementType: element},
	}
	return &tfprotov5.SchemaAttribute{
		Name: name, Type: types[match[1]], Computed: match[3] != "", Optional: match[4] != "", Required: match[5] != "",
	}
}
